import { beforeAll, expect, test } from 'vitest';
import { readWhileWriting } from '#platform/testkit/readWhileWriting.ts';
import { nobody, principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { seedItems } from '#schema/seed/menuItems.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import { changeAvailability } from './commands/changeAvailability.ts';
import type { MenuDomain } from './context.ts';
import main from './main.ts';
import type { UnavailableReason } from './storeMenu.ts';

const item = (slug: string) => seedId('menuItem', slug);
const store = seedStores[1]!.id;

let menu: TestSubgraph<MenuDomain>;
beforeAll(async () => {
  menu = await testSubgraph<MenuDomain>(main, { seed: true });
});

interface Change {
  itemId: string;
  item: { id: string };
  available: boolean;
  unavailableReason: string | null;
}
interface Availability {
  storeId: string;
  version: number;
  reset: boolean;
  changed: Change[];
  removed: string[];
}

async function availability(since: number | null, storeId: string = store, who = nobody): Promise<Availability | null> {
  const result = await menu.as(who)(
    `query ($storeId: ID!, $since: Int) { menuAvailability(storeId: $storeId, since: $since) {
    storeId version reset changed { itemId item { id } available unavailableReason } removed } }`,
    { storeId, since },
  );
  expect(result.errors).toBeUndefined();
  return result.data!['menuAvailability'] as Availability | null;
}

const set = (slug: string, holds: boolean, reason: UnavailableReason = 'OUT_OF_STOCK', storeId: string = store) =>
  menu.domain.transaction((tx) =>
    changeAvailability(menu.domain, tx, { storeId, menuItemId: item(slug), reason, holds }),
  );
const feedVersion = async (): Promise<number> =>
  (
    await menu.domain.pool.query<{ version: number }>(
      `SELECT version FROM platform.head WHERE kind = 'feed' AND key = $1`,
      [`store:${store}`],
    )
  ).rows[0]?.version ?? 0;
const held = ({ changed }: Availability) => new Map(changed.map((each) => [each.itemId, each.unavailableReason]));

test('without a version, menuAvailability returns all that a store sells, also to anonymous callers', async () => {
  const all = (await availability(null))!;
  expect(all).toMatchObject({ storeId: store, version: await feedVersion(), reset: true, removed: [] });
  expect(all.changed.length).toBeGreaterThan(90);
  expect(
    all.changed.every((each) => each.available && each.unavailableReason === null && each.item.id === each.itemId),
  ).toBe(true);
  expect(await availability(null, store, principalWith(['catalog:read'], { subject: 'customer' }))).toEqual(all);
});

test('with a version, it returns what changed at this store since, combos included', async () => {
  const { version } = (await availability(null))!;
  await set('hash-browns', true);
  await set('espresso', true, 'OUT_OF_STOCK', seedStores[5]!.id);
  const changed = (await availability(version))!;
  expect(changed).toMatchObject({ reset: false, version: await feedVersion(), removed: [] });
  expect(held(changed)).toEqual(
    new Map([
      [item('hash-browns'), 'OUT_OF_STOCK'],
      [item('breakfast-deal'), 'OUT_OF_STOCK'],
    ]),
  );
  await set('hash-browns', true, 'WITHDRAWN_BY_STAFF');
  await set('hash-browns', false, 'WITHDRAWN_BY_STAFF');
  await set('hash-browns', false);
  expect(held((await availability(changed.version))!)).toEqual(
    new Map([
      [item('hash-browns'), null],
      [item('breakfast-deal'), null],
    ]),
  );
  expect(await availability(await feedVersion())).toMatchObject({ reset: false, changed: [], removed: [] });
});

const remove = async (slug: string) => {
  const { data } = await menu.as(principalWith(['admin']))(
    'mutation ($id: ID!) { removeMenuItem(input: { menuItemId: $id }) { __typename } }',
    { id: item(slug) },
  );
  expect(data).toEqual({ removeMenuItem: { __typename: 'RemoveMenuItemSuccess' } });
};
interface Told {
  storeId: string;
  available: boolean;
  reason: string | null;
}
const toldOf = async (slug: string): Promise<Told[]> =>
  (
    await menu.domain.pool.query<{ data: Told }>(
      `SELECT data FROM platform.event WHERE type = 'MenuItemAvailabilityChanged' AND data ->> 'menuItemId' = $1 ORDER BY position`,
      [item(slug)],
    )
  ).rows.map(({ data }) => data);

test('reports a removed item, and combos that need it, at every store that sold it', async () => {
  const { version } = (await availability(null))!;
  await remove('chicken-nuggets');
  const gone = (await availability(version))!;
  expect(gone).toMatchObject({ reset: false, version: await feedVersion(), removed: [item('chicken-nuggets')] });
  expect(held(gone)).toEqual(
    new Map(['nuggets-meal', 'sharing-box'].map((slug) => [item(slug), 'WITHDRAWN_BY_STAFF'])),
  );
  const told = await toldOf('chicken-nuggets');
  expect(told.map(({ storeId }) => storeId).sort()).toEqual(seedStores.map(({ id }) => id).sort());
  expect(told.every(({ available, reason }) => !available && reason === 'NOT_ON_MENU')).toBe(true);
  await remove('chicken-nuggets');
  expect(await feedVersion()).toBe(gone.version);
});

test('reports nothing at stores that never sold the removed item', async () => {
  const abroad = seedItems().find(({ prices }) => !prices.has('DE'))!;
  const { version } = (await availability(null))!;
  await remove(abroad.slug);
  expect(await availability(version)).toMatchObject({ version, changed: [], removed: [] });
  const sellers = seedStores.filter(({ country }) => abroad.prices.has(country)).map(({ id }) => id);
  expect((await toldOf(abroad.slug)).map(({ storeId }) => storeId).sort()).toEqual(sellers.sort());
});

test('reports an item that a price makes available now, but no price that merely changes or begins later', async () => {
  const admin = menu.as(principalWith(['admin'], { subject: 'admin' }));
  const price = async (slug: string, idempotencyKey: string, where: object) => {
    const { data } = await admin(
      'mutation ($input: ChangeMenuItemPriceInput!) { changeMenuItemPrice(input: $input) { __typename } }',
      { input: { idempotencyKey, menuItemId: item(slug), amount: 555, ...where } },
    );
    expect(data).toEqual({ changeMenuItemPrice: { __typename: 'ChangeMenuItemPriceSuccess' } });
  };
  const { version } = (await availability(null))!;
  await price('espresso', 'differs', { country: 'DE' });
  await price('katsu-burger', 'later', { country: 'DE', validFrom: new Date(Date.now() + 3_600_000).toISOString() });
  expect(await availability(version)).toMatchObject({ version, changed: [], removed: [] });
  for (let times = 0; times < 2; times += 1) await price('katsu-burger', 'here', { storeId: store });
  expect(held((await availability(version))!)).toEqual(new Map([[item('katsu-burger'), null]]));
  expect(await toldOf('katsu-burger')).toMatchObject([{ storeId: store, available: true, reason: null }]);
  await price('katsu-burger', 'there', { country: 'DE' });
  const german = seedStores.filter(({ country }) => country === 'DE').map(({ id }) => id);
  expect((await toldOf('katsu-burger')).map(({ storeId }) => storeId).sort()).toEqual(german.sort());
});

test('is null for a store without a price list', async () => {
  for (const id of [seedId('store', 'none'), 'no id', store.toUpperCase()])
    expect(await availability(null, id)).toBeNull();
});

test('a client that follows the versions misses nothing, in whatever order writers commit', async () => {
  const device = new Map<string, string | null>();
  let since: number | null = null;
  const apply = async () => {
    const answer: Availability = (await availability(since))!;
    if (answer.reset) device.clear();
    for (const [id, reason] of held(answer)) device.set(id, reason);
    for (const id of answer.removed) device.delete(id);
    since = answer.version;
  };
  await apply();
  const slugs = seedItems()
    .filter((each) => ['drinks', 'desserts', 'dips'].includes(each.category) && each.prices.size === 4)
    .map((each) => each.slug);
  await readWhileWriting(
    slugs,
    async (slug, n) => {
      await set(slug, n % 2 === 0);
      await (n % 7 === 3 ? remove(slug) : set(slug, n % 3 === 0));
    },
    apply,
  );
  expect(device).toEqual(held((await availability(null))!));
});

test('resets for a version that is too old or was never given out', async () => {
  const version = await feedVersion();
  for (const since of [version + 1, -1, 2 ** 31 - 1])
    expect(await availability(since)).toMatchObject({ reset: true, version });
  await set('black-tea', true);
  expect(await availability(version)).toMatchObject({ reset: false });
  // Moves the version on as if hundreds of items had changed since.
  await menu.domain.pool.query(`UPDATE platform.head SET version = version + 600 WHERE kind = 'feed' AND key = $1`, [
    `store:${store}`,
  ]);
  const anew = (await availability(version))!;
  expect(anew).toMatchObject({ reset: true, version: await feedVersion() });
  expect(held(anew).get(item('black-tea'))).toBe('OUT_OF_STOCK');
});
