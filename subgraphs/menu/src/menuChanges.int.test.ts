import { beforeAll, expect, test } from 'vitest';
import { InventoryItemMakeabilityChanged } from '#schema/events/inventory.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedItems } from '#schema/seed/menuItems.ts';
import { seedStores } from '#schema/seed/stores.ts';
import { readWhileWriting } from '#platform/testkit/readWhileWriting.ts';
import { nobody, principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { changeAvailability } from './commands/changeAvailability.ts';
import { inventoryItemMakeabilityChanged } from './consumers/inventoryItemMakeabilityChanged.ts';
import type { MenuDomain } from './context.ts';
import main from './main.ts';

const item = (slug: string) => seedId('menuItem', slug);
const store = seedStores[1]!.id;

let menu: TestSubgraph<MenuDomain>;
let now = new Date('2026-03-01T12:00:00.000Z');
beforeAll(async () => {
  menu = await testSubgraph<MenuDomain>(main, { seed: true, clock: () => now });
});

interface Page {
  reset: boolean;
  changed: { id: string; price: { amount: number }; unavailableReason: string | null; item: { id: string } }[];
  removedItemIds: string[];
  next: string;
  hasMore: boolean;
}

const entryFields = 'id price { amount } unavailableReason item { id } slots { choices { item { id } available } }';

async function page(since: string | null, first = 100): Promise<Page> {
  const result = await menu.as(nobody)(
    `query ($ids: [_Any!]!, $since: String, $first: Int) { _entities(representations: $ids) { ... on Store {
      menuChanges(since: $since, first: $first) { reset changed { ${entryFields} } removedItemIds next hasMore } } } }`,
    { ids: [{ __typename: 'Store', id: store }], since, first },
  );
  expect(result.errors).toBeUndefined();
  return (result.data!['_entities'] as { menuChanges: Page }[])[0]!.menuChanges;
}

/** Does what a device does: applies pages of changes to its copy until there are no more. */
async function sync(device: Map<string, unknown>, since: string | null, first?: number): Promise<string> {
  for (let next = since; ;) {
    const answer = await page(next, first);
    if (answer.reset) device.clear();
    for (const id of answer.removedItemIds) device.delete(id);
    for (const entry of answer.changed) device.set(entry.item.id, entry);
    next = answer.next;
    if (!answer.hasMore) return next;
  }
}

async function fullLoad(): Promise<Map<string, unknown>> {
  const device = new Map<string, unknown>();
  await sync(device, null, 30);
  return device;
}

const sorted = (device: Map<string, unknown>) => [...device].sort(([a], [b]) => (a < b ? -1 : 1));
const admin = principalWith(['admin'], { subject: 'admin' });

const makeable = (slug: string, value: boolean, at = store) =>
  menu.domain.transaction((tx) =>
    inventoryItemMakeabilityChanged.handle(
      {
        data: InventoryItemMakeabilityChanged.of({
          storeId: at,
          menuItemId: item(slug),
          makeable: value,
          ingredientId: seedId('ingredient', 'bun'),
          at: now.toISOString(),
        }).data,
      } as never,
      { domain: menu.domain, tx },
    ),
  );

test('a first load has the whole menu, and the next answer is empty when nothing has changed', async () => {
  const device = await fullLoad();
  expect(device.size).toBeGreaterThan(90);
  const next = await sync(device, null);
  expect(await page(next)).toMatchObject({ reset: false, changed: [], removedItemIds: [], hasMore: false });
});

test('after 50 changes while it was offline, a device that syncs has what a full load gives', async () => {
  const device = new Map<string, unknown>();
  const since = await sync(device, null);
  const slugs = seedItems()
    .filter(({ prices }) => prices.size === 4)
    .map((each) => each.slug);
  for (const slug of slugs.slice(0, 25)) await makeable(slug, false);
  for (const slug of slugs.slice(0, 10)) await makeable(slug, true);
  const as = menu.as(admin);
  for (const slug of slugs.slice(30, 45)) {
    await as('mutation ($input: ChangeMenuItemPriceInput!) { changeMenuItemPrice(input: $input) { __typename } }', {
      input: { idempotencyKey: `sync-${slug}`, menuItemId: item(slug), country: 'DE', amount: 12_345 },
    });
  }
  for (const slug of slugs.slice(50, 53)) {
    const removed = await as(
      'mutation ($id: ID!) { removeMenuItem(input: { menuItemId: $id }) { ... on RemoveMenuItemSuccess { item { removed } } } }',
      { id: item(slug) },
    );
    expect(removed.data).toEqual({ removeMenuItem: { item: { removed: true } } });
  }
  await sync(device, since, 7);
  expect(sorted(device)).toEqual(sorted(await fullLoad()));
  expect(device.has(item(slugs[50]!))).toBe(false);
});

test('changes of another country or store are left out', async () => {
  const since = await sync(new Map(), null);
  await makeable('espresso', false, seedStores[5]!.id);
  await menu.as(admin)(
    'mutation ($input: ChangeMenuItemPriceInput!) { changeMenuItemPrice(input: $input) { __typename } }',
    { input: { idempotencyKey: 'gb', menuItemId: item('espresso'), country: 'GB', amount: 1 } },
  );
  expect(await page(since)).toMatchObject({ changed: [], removedItemIds: [] });
});

test('a scheduled price that has begun is among the changes', async () => {
  const device = new Map<string, unknown>();
  const before = await sync(device, null);
  await menu.as(admin)(
    'mutation ($input: ChangeMenuItemPriceInput!) { changeMenuItemPrice(input: $input) { __typename } }',
    {
      input: {
        idempotencyKey: 'later',
        menuItemId: item('black-tea'),
        country: 'DE',
        amount: 4_321,
        validFrom: '2026-03-02T00:00:00.000Z',
      },
    },
  );
  const since = await sync(device, before);
  expect(device.get(item('black-tea'))).toMatchObject({ price: { amount: 210 } });
  now = new Date('2026-03-03T12:00:00.000Z');
  await sync(device, since);
  expect(device.get(item('black-tea'))).toMatchObject({ price: { amount: 4_321 } });
});

test('a combo becomes unavailable and available together with the item it needs, in the changes and in events', async () => {
  const device = new Map<string, unknown>();
  let since = await sync(device, null);
  await makeable('hash-browns', false);
  since = await sync(device, since);
  expect(device.get(item('breakfast-deal'))).toMatchObject({ unavailableReason: 'OUT_OF_STOCK' });
  await makeable('hash-browns', true);
  await sync(device, since);
  expect(device.get(item('breakfast-deal'))).toMatchObject({ unavailableReason: null });
  const told = (await menu.appended()).filter(
    (event) => event.metadata.aggregateId === `availability:${store}:${item('breakfast-deal')}`,
  );
  expect(told.map((event) => event.data)).toMatchObject([
    { available: false, reason: 'OUT_OF_STOCK' },
    { available: true, reason: null },
  ]);
});

test('an item that staff withdrew does not become available when stock does', async () => {
  const set = (reason: 'WITHDRAWN_BY_STAFF' | 'OUT_OF_STOCK', holds: boolean) =>
    menu.domain.transaction((tx) =>
      changeAvailability(menu.domain, tx, { storeId: store, menuItemId: item('green-tea'), reason, holds }),
    );
  await set('WITHDRAWN_BY_STAFF', true);
  await set('OUT_OF_STOCK', true);
  expect(await set('OUT_OF_STOCK', false)).toMatchObject({ unavailableReason: 'WITHDRAWN_BY_STAFF' });
  expect(await set('WITHDRAWN_BY_STAFF', false)).toMatchObject({ unavailableReason: null });
  const told = (await menu.appended()).filter(
    (event) => event.metadata.aggregateId === `availability:${store}:${item('green-tea')}`,
  );
  expect(told).toHaveLength(2);
});

test('a device that syncs misses nothing, in whatever order writers commit', async () => {
  const device = new Map<string, unknown>();
  let since = await sync(device, null);
  const slugs = seedItems()
    .filter((each) => ['drinks', 'hot-drinks', 'desserts', 'dips'].includes(each.category) && each.prices.size === 4)
    .map((each) => each.slug);
  await readWhileWriting(
    slugs,
    async (slug, index) => {
      await makeable(slug, index % 2 === 0);
      await makeable(slug, index % 3 === 0);
    },
    async () => {
      since = await sync(device, since, 5);
    },
  );
  expect(sorted(device)).toEqual(sorted(await fullLoad()));
});

test('a cursor of another database resets the copy', async () => {
  const [, ...rest] = JSON.parse(Buffer.from((await page(null, 1)).next, 'base64url').toString()) as unknown[];
  const answer = await page(Buffer.from(JSON.stringify(['another', ...rest])).toString('base64url'), 1);
  expect(answer).toMatchObject({ reset: true, hasMore: true });
});

test('a cursor beyond the last version resets the copy: the database was restored to an older state', async () => {
  const [epoch, version, at] = JSON.parse(Buffer.from((await page(null, 100)).next, 'base64url').toString()) as [
    string,
    number,
    number,
  ];
  expect(version).toBeGreaterThan(0);
  const {
    rows: [head],
  } = await menu.domain.pool.query<{ version: number }>('SELECT version FROM menu_version');
  const positioned = (beyond: number) =>
    page(Buffer.from(JSON.stringify([epoch, head!.version + beyond, at])).toString('base64url'), 1);
  expect(await positioned(0)).toMatchObject({ reset: false });
  expect(await positioned(1)).toMatchObject({ reset: true, hasMore: true });
});

test('a new epoch, which an operator sets after a disaster, resets the copy', async () => {
  const { next } = await page(null, 1);
  expect(await page(next, 1)).toMatchObject({ reset: false });
  await menu.domain.pool.query('UPDATE platform.epoch SET id = DEFAULT');
  expect(await page(next, 1)).toMatchObject({ reset: true, hasMore: true });
});

test.each(['garbage', 'W10', 'WzEsMl0', ''])('a malformed cursor (%s) resets the copy', async (since) => {
  expect(await page(since, 1)).toMatchObject({ reset: true, hasMore: true });
});
