import { beforeAll, expect, test } from 'vitest';
import { MenuQueryService } from '#generated/proto/drburger/menu/v1/menu_pb.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import { principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import type { MenuDomain } from './context.ts';
import main from './main.ts';

const item = (slug: string) => seedId('menuItem', slug);
const berlin = seedStores[0]!.id;
const now = '2026-03-01T12:00:00.000Z';

let menu: TestSubgraph<MenuDomain>;
let clock = new Date(now);
beforeAll(async () => {
  menu = await testSubgraph<MenuDomain>(main, { seed: true, clock: () => clock });
});

const price = (
  storeId: string,
  at: string,
  ...lines: {
    menuItemId: string;
    quantity?: number;
    sizeId?: string;
    modifiers?: { modifierId: string; quantity: number }[];
    slots?: { slotId: string; menuItemId: string }[];
  }[]
) => menu.client(MenuQueryService).priceLines({ storeId, at, lines });

test('lines are priced in the order of the request, each with a problem of its own', async () => {
  const { lines } = await price(
    berlin,
    now,
    {
      menuItemId: item('classic-burger'),
      quantity: 2,
      modifiers: [{ modifierId: seedId('modifier', 'extra-cheese'), quantity: 2 }],
    },
    { menuItemId: item('corn-on-the-cob') },
    { menuItemId: item('katsu-burger') },
    { menuItemId: item('cola'), sizeId: seedId('size', 'cola/large') },
    {
      menuItemId: item('classic-meal'),
      slots: [
        { slotId: seedId('slot', 'classic-meal/side'), menuItemId: item('onion-rings') },
        { slotId: seedId('slot', 'classic-meal/drink'), menuItemId: item('cola') },
      ],
    },
    { menuItemId: 'nonsense' },
  );
  expect(lines.map((line) => line.problem)).toEqual(['', 'UNAVAILABLE', 'NOT_ON_MENU', '', '', 'UNKNOWN_ITEM']);
  expect(lines[0]).toMatchObject({
    unitPrice: 730n,
    taxClass: 'FOOD',
    name: { en: 'Classic Burger', de: 'Klassischer Burger' },
    componentItemIds: [item('classic-burger')],
  });
  expect(lines[3]).toMatchObject({ unitPrice: 350n, taxClass: 'BEVERAGE' });
  expect(lines[4]).toMatchObject({
    unitPrice: 1040n,
    // As a whole by its own class, its drink included.
    taxClass: 'FOOD',
    componentItemIds: [item('classic-burger'), item('onion-rings'), item('cola')],
  });
});

test('a store without a price list sells nothing', async () => {
  const { lines } = await price(
    seedId('store', 999),
    now,
    { menuItemId: item('cola') },
    { menuItemId: seedId('menuItem', 'unheard-of') },
  );
  expect(lines.map((line) => line.problem)).toEqual(['NOT_ON_MENU', 'UNKNOWN_ITEM']);
});

test('a malformed instant is refused', async () => {
  await expect(price(berlin, 'tomorrow', { menuItemId: item('cola') })).rejects.toThrow(/instant/);
});

const change = (input: object) =>
  menu.as(principalWith(['admin'], { subject: 'admin' }))(
    `mutation ($input: ChangeMenuItemPriceInput!) { changeMenuItemPrice(input: $input) { __typename
    ... on ChangeMenuItemPriceSuccess { item { id } price { amount currency } validFrom validUntil } ... on MenuPriceInvalid { field } } }`,
    { input },
  );

test('a price holds only within its span of time; the same idempotency key gives the same answer', async () => {
  const input = {
    idempotencyKey: 'k1',
    menuItemId: item('latte-macchiato'),
    country: 'DE',
    amount: 111,
    validFrom: '2026-04-01T00:00:00.000Z',
    validUntil: '2026-05-01T00:00:00.000Z',
  };
  const first = await change(input);
  expect(first.data).toEqual({
    changeMenuItemPrice: {
      __typename: 'ChangeMenuItemPriceSuccess',
      item: { id: item('latte-macchiato') },
      price: { amount: 111, currency: 'EUR' },
      validFrom: input.validFrom,
      validUntil: input.validUntil,
    },
  });
  expect(await change(input)).toEqual(first);
  expect((await change({ ...input, validUntil: '2026-05-02T00:00:00.000Z' })).errors?.[0]?.extensions).toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  });
  const line = {
    menuItemId: item('latte-macchiato'),
    modifiers: [{ modifierId: seedId('modifier', 'whole-milk'), quantity: 1 }],
  };
  const at = async (instant: string, store = berlin) => Number((await price(store, instant, line)).lines[0]!.unitPrice);
  expect([
    await at(now),
    await at('2026-04-01T00:00:00.000Z'),
    await at('2026-04-30T23:59:59.999Z'),
    await at('2026-05-01T00:00:00.000Z'),
  ]).toEqual([320, 111, 111, 320]);
  expect(await at('2026-04-15T00:00:00.000Z', seedStores[60]!.id)).not.toBe(111);
  const changes = (await menu.appended()).filter((event) => event.eventType === 'MenuItemChanged');
  expect(changes.map((event) => event.data)).toEqual([{ menuItemId: item('latte-macchiato'), kind: 'PRICE', at: now }]);
});

test("a store's own price applies at once, and to that store only", async () => {
  await change({ idempotencyKey: 'k2', menuItemId: item('espresso'), storeId: berlin, amount: 99 });
  const at = async (store: string) =>
    Number((await price(store, now, { menuItemId: item('espresso') })).lines[0]!.unitPrice);
  expect([await at(berlin), await at(seedStores[1]!.id)]).toEqual([99, 190]);
});

test.each([
  ['MenuPriceInvalid', { amount: -1 }],
  ['MenuPriceInvalid', { amount: 2_000_000_000 }],
  ['MenuPriceInvalid', { storeId: berlin }],
  ['MenuPriceInvalid', { country: null }],
  ['MenuPriceInvalid', { validFrom: '2026-02-01T00:00:00.000Z' }],
  ['MenuPriceInvalid', { validFrom: '2026-04-01T00:00:00.000Z', validUntil: '2026-04-01T00:00:00.000Z' }],
  ['MenuItemNotFound', { menuItemId: seedId('menuItem', 'unheard-of') }],
  ['MenuItemNotFound', { menuItemId: 'nonsense' }],
  ['MenuPriceListNotFound', { country: 'FR' }],
  ['MenuPriceListNotFound', { country: null, storeId: 'nonsense' }],
])('%s for %j', async (expected, over) => {
  const { data } = await change({
    idempotencyKey: JSON.stringify(over),
    menuItemId: item('cola'),
    country: 'DE',
    amount: 100,
    ...over,
  });
  expect(data).toMatchObject({ changeMenuItemPrice: { __typename: expected } });
});

test('a change by another process is seen without a restart', async () => {
  const [line] = (await price(berlin, now, { menuItemId: item('black-tea') })).lines;
  const {
    rows: [list],
  } = await menu.domain.pool.query<{ id: string }>(`SELECT id FROM price_list WHERE country = 'DE'`);
  await menu.domain.pool.query(
    `INSERT INTO price (id, price_list_id, subject_id, amount, valid_from) VALUES (gen_random_uuid(), $1, $2, 777, '2026-01-01')`,
    [list!.id, item('black-tea')],
  );
  await menu.domain.pool.query('UPDATE menu_version SET version = version + 1, catalogue = version + 1');
  expect(Number(line!.unitPrice)).toBe(210);
  expect(Number((await price(berlin, now, { menuItemId: item('black-tea') })).lines[0]!.unitPrice)).toBe(777);
  clock = new Date(now);
});
