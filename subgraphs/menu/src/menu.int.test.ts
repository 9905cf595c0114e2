import { beforeAll, expect, test } from 'vitest';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import { nobody, principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import type { MenuDomain } from './context.ts';
import main from './main.ts';

const item = (slug: string) => seedId('menuItem', slug);
const berlin = seedStores[0]!.id;
const tokyo = seedStores.find((store) => store.city === 'Tokyo')!.id;

let menu: TestSubgraph<MenuDomain>;
beforeAll(async () => {
  menu = await testSubgraph<MenuDomain>(main, { seed: true });
});

const storesQuery = (selection: string) =>
  `query ($ids: [_Any!]!) { _entities(representations: $ids) { ... on Store { id ${selection} } } }`;

async function atStores<T>(ids: readonly string[], selection: string): Promise<T[]> {
  const result = await menu.as(nobody)(storesQuery(selection), { ids: ids.map((id) => ({ __typename: 'Store', id })) });
  expect(result.errors).toBeUndefined();
  return result.data!['_entities'] as T[];
}

const wholePage = `menu { at sections { category { id name(locale: DE) } entries(first: 100) { edges { cursor node {
  id price { amount currency exponent } priceValidUntil available unavailableReason
  item { id name name_de: name(locale: DE) description kind allergens taxClass kilocalories removed image(size: SMALL) { url width bytes } images { size } category { id } }
  sizes { size { id name isDefault } price { amount } }
  modifierGroups { group { id min max } modifiers { modifier { id name allergens maxQuantity } surcharge { amount } } }
  slots { slot { id name required } choices { item { id name } surcharge { amount } available } } } } pageInfo { hasNextPage } } } }`;

interface MenuPage {
  menu: {
    sections: {
      category: { name: string };
      entries: { edges: { node: Record<string, unknown> & { item: { id: string; name: string; name_de: string } } }[] };
    }[];
  };
}

const nodesOf = (page: MenuPage) =>
  page.menu.sections.flatMap((section) => section.entries.edges.map((edge) => edge.node));

test('the menu of a store has categories with entries, in the currency of the store and in two languages', async () => {
  const [page] = await atStores<MenuPage>([berlin], wholePage);
  const sections = page!.menu.sections;
  expect(sections[0]!.category.name).toBe('Menüs');
  const nodes = nodesOf(page!);
  expect(nodes.length).toBeGreaterThan(90);
  expect(nodes.find((node) => node.item.id === item('fries'))).toMatchObject({
    id: `${berlin}:${item('fries')}`,
    price: { amount: 310, currency: 'EUR', exponent: 2 },
    available: true,
    unavailableReason: null,
    priceValidUntil: null,
    item: { name: 'Fries', name_de: 'Pommes frites', taxClass: 'FOOD', image: { width: 160 } },
    sizes: [{ price: { amount: 250 } }, { price: { amount: 310 } }, { price: { amount: 390 } }],
  });
  expect(nodes.find((node) => node.item.id === item('corn-on-the-cob'))).toMatchObject({
    available: false,
    unavailableReason: 'WITHDRAWN_BY_STAFF',
  });
  const [inTokyo] = await atStores<MenuPage>([tokyo], wholePage);
  const japanese = nodesOf(inTokyo!).map((node) => node.item.id);
  expect(japanese).toContain(item('katsu-burger'));
  expect(japanese).not.toContain(item('currywurst'));
  expect(nodesOf(inTokyo!).find((node) => node.item.id === item('fries'))).toMatchObject({
    price: { currency: 'JPY', exponent: 0 },
  });
});

test('a menu costs as many statements for 50 stores as for 5', async () => {
  await atStores([berlin], wholePage);
  const ids = (count: number) => seedStores.slice(0, count).map((store) => store.id);
  const selection = `${wholePage} menuChanges(first: 10) { next changed { id } }`;
  const five = await menu.statementsOf(() => atStores(ids(5), selection));
  expect(await menu.statementsOf(() => atStores(ids(50), selection))).toBe(five);
  const entries = (count: number) =>
    menu.as(nobody)(
      `query ($ids: [_Any!]!, $store: ID!) { _entities(representations: $ids) { ... on MenuItem { name modifierGroups { name } entryAt(storeId: $store) { price { amount } } } ... on Modifier { name } } }`,
      {
        store: berlin,
        ids: Array.from({ length: count }, (_, index) => ({
          __typename: 'MenuItem',
          id: index % 2 ? item('fries') : item('classic-burger'),
        })),
      },
    );
  expect(await menu.statementsOf(() => entries(50))).toBe(await menu.statementsOf(() => entries(5)));
});

interface MenuEntries {
  menu: {
    entries: { edges: { node: { item: { id: string } } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
  };
}

test('pages of entries follow each other without a gap, and a filter applies to every page', async () => {
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const from: string = after ? `, after: "${after}"` : '';
    const [page]: MenuEntries[] = await atStores<MenuEntries>(
      [berlin],
      `menu(filter: { withoutAllergens: [MILK], availableOnly: true }) { entries(first: 7${from}) { edges { node { item { id } } } pageInfo { hasNextPage endCursor } } }`,
    );
    const { edges, pageInfo } = page!.menu.entries;
    seen.push(...edges.map((edge) => edge.node.item.id));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after);
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen).toContain(item('classic-burger'));
  expect(seen).not.toContain(item('cheeseburger'));
  expect(seen).not.toContain(item('corn-on-the-cob'));
});

test('unknown stores and malformed ids give null; errors name the wrong argument', async () => {
  const [unknown, none] = await atStores<{ menu: unknown; menuChanges: unknown }>(
    [seedId('store', 999), 'nonsense'],
    'menu { at } menuChanges { next }',
  );
  expect([unknown!.menu, none!.menu, unknown!.menuChanges, none!.menuChanges]).toEqual([null, null, null, null]);
  const query = menu.as(nobody);
  expect((await query('{ menuItem(id: "nonsense") { id } }')).data).toEqual({ menuItem: null });
  for (const [selection, word] of [
    ['menu { entries(first: 101) { pageInfo { hasNextPage } } }', '100'],
    [`menu(filter: { text: "${'x'.repeat(101)}" }) { at }`, '100'],
  ]) {
    const result = await query(storesQuery(selection!), { ids: [{ __typename: 'Store', id: berlin }] });
    expect(result.errors?.[0]).toMatchObject({
      message: expect.stringContaining(word!) as string,
      extensions: { code: 'BAD_USER_INPUT' },
    });
  }
  // A cursor that no menu has given out resets the device's copy.
  const [anew] = await atStores<{ menuChanges: { reset: boolean } }>([berlin], 'menuChanges(since: "x") { reset }');
  expect(anew!.menuChanges.reset).toBe(true);
});

test('prices and items are the chain’s: no staff of a store changes them, also not for their own', async () => {
  const manager = menu.as(principalWith(['store:manage'], { roles: ['manager'], bindings: { store: berlin } }));
  const refused = await Promise.all([
    manager('mutation ($input: ChangeMenuItemPriceInput!) { changeMenuItemPrice(input: $input) { __typename } }', {
      input: { idempotencyKey: 'cheap', menuItemId: item('cola'), storeId: berlin, amount: 1 },
    }),
    manager('mutation ($id: ID!) { removeMenuItem(input: { menuItemId: $id }) { __typename } }', { id: item('cola') }),
  ]);
  expect(refused.map(({ errors }) => errors?.[0]?.extensions?.['code'])).toEqual(['FORBIDDEN', 'FORBIDDEN']);
});

test('staff change the availability at their own store only; a repeated change appends no second event', async () => {
  const mutation = `mutation ($input: SetMenuItemAvailabilityInput!) { setMenuItemAvailability(input: $input) {
    __typename ... on SetMenuItemAvailabilitySuccess { entry { available unavailableReason } } ... on MenuEntryNotFound { message } } }`;
  const set = (bindings: Record<string, string>, input: object, scopes = ['store:manage']) =>
    menu.as(principalWith(scopes, { roles: ['manager'], bindings }))(mutation, { input });
  const input = { storeId: tokyo, menuItemId: item('cola'), available: false };
  expect((await set({ store: tokyo }, input, ['catalog:read'])).errors?.[0]?.extensions).toMatchObject({
    code: 'FORBIDDEN',
  });
  const others = await set({ store: berlin }, input);
  const missing = await set({ store: berlin }, { ...input, storeId: seedId('store', 999) });
  expect(others.data).toEqual(missing.data);
  expect(others.data).toMatchObject({ setMenuItemAvailability: { __typename: 'MenuEntryNotFound' } });
  for (let times = 0; times < 2; times += 1) {
    expect((await set({ store: tokyo }, input)).data).toEqual({
      setMenuItemAvailability: {
        __typename: 'SetMenuItemAvailabilitySuccess',
        entry: { available: false, unavailableReason: 'WITHDRAWN_BY_STAFF' },
      },
    });
  }
  const tap = { ...input, idempotencyKey: 'tap' };
  expect((await set({ store: tokyo }, tap)).data).toMatchObject({
    setMenuItemAvailability: { entry: { available: false } },
  });
  expect((await set({ store: tokyo }, { ...input, available: true })).data).toMatchObject({
    setMenuItemAvailability: { entry: { available: true } },
  });
  // A tap that is sent again after a cut line does not undo what somebody did since.
  expect((await set({ store: tokyo }, tap)).data).toMatchObject({
    setMenuItemAvailability: { entry: { available: true } },
  });
  const events = (await menu.appended()).filter(
    (event) => event.metadata.aggregateId === `availability:${tokyo}:${item('cola')}`,
  );
  expect(events.map((event) => event.data)).toMatchObject([
    { available: false, reason: 'WITHDRAWN_BY_STAFF' },
    { available: true, reason: null },
  ]);
  expect(events.map((event) => event.metadata.feed)).toEqual([`store:${tokyo}`, `store:${tokyo}`]);
});
