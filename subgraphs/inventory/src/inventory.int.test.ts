import { randomUUID } from 'node:crypto';
import { Code } from '@connectrpc/connect';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  InventoryCommandService,
  InventoryQueryService,
  InventorySupplyService,
  ReserveResult_Outcome,
} from '#generated/proto/drburger/inventory/v1/inventory_pb.ts';
import type { StockEvent } from './stockItem.ts';
import { readChain } from '#schema/seed/chain.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import { readWhileWriting } from '#platform/testkit/readWhileWriting.ts';
import { principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import type { Inventory } from './context.ts';
import main from './main.ts';

const seedIngredients = readChain(['ingredients']).rows.ingredients;
const item = (slug: string) => seedId('menuItem', slug);
const ingredient = (slug: string) => seedId('ingredient', slug);
/** Each test uses a store of its own. */
let next = 0;
const ownStore = () => seedStores[(next += 1)]!.id;

let inventory: TestSubgraph<Inventory>;
beforeAll(async () => {
  inventory = await testSubgraph<Inventory>(main, { seed: true });
});

const commands = () => inventory.client(InventoryCommandService);
const lines = (...slugs: string[]) => slugs.map((slug) => ({ menuItemId: item(slug), quantity: 1, modifierIds: [] }));
const reserve = (orderId: string, storeId: string, ...slugs: string[]) =>
  commands().reserve({ orderId, storeId, lines: lines(...slugs) });
const manager = (store: string) =>
  inventory.as(principalWith(['stock:read', 'stock:write'], { roles: ['manager'], bindings: { store } }));

async function stockOf(storeId: string, slug: string) {
  const row = await inventory.domain.db.stock.findUniqueOrThrow({
    where: { storeId_ingredientId: { storeId, ingredientId: ingredient(slug) } },
  });
  return { ...row, consumed: Number(row.consumed) };
}

async function eventsOf(storeId: string, slug?: string) {
  const { rows } = await inventory.domain.pool.query<{
    type: string;
    data: StockEvent & { menuItemId?: string; makeable?: boolean };
    version: number;
  }>('SELECT type, data, version FROM platform.event WHERE feed = $1 ORDER BY feed_version', [`store:${storeId}`]);
  return rows.filter(({ data }) => !slug || data.ingredientId === ingredient(slug));
}

const makeability = async (storeId: string) =>
  (await eventsOf(storeId))
    .filter(({ type }) => type === 'InventoryItemMakeabilityChanged')
    .map(({ data }) => [data.menuItemId, data.makeable]);

const adjustment = `mutation ($input: AdjustStockInput!) { adjustStock(input: $input) { __typename
  ... on StockChangeSuccess { stock { onHand reserved low } } ... on StockWouldBeNegative { onHand } ... on StockInputProblem { field } } }`;

/** Corrects the stock of an ingredient so that `onHand` of it are left. */
async function leave(storeId: string, slug: string, onHand: number) {
  const quantity = onHand - (await stockOf(storeId, slug)).onHand;
  const result = await manager(storeId)(adjustment, {
    input: { idempotencyKey: randomUUID(), storeId, ingredientId: ingredient(slug), quantity, reason: 'COUNTED' },
  });
  expect(result.data).toMatchObject({ adjustStock: { __typename: 'StockChangeSuccess', stock: [{ onHand }] } });
}

/** Checks the invariants: the rows are what the events add up to, and what is reserved is what orders hold. */
async function expectConsistent(storeId: string) {
  const { rows: stock } = await inventory.domain.pool.query<{
    ingredient_id: string;
    version: number;
    on_hand: number;
    reserved: number;
    consumed: number;
    held: number;
  }>(
    `SELECT s.*, s.consumed::float8 AS consumed, coalesce((SELECT sum(l.quantity) FROM reservation_line l JOIN reservation r USING (order_id)
       WHERE r.store_id = s.store_id AND l.ingredient_id = s.ingredient_id AND r.state = 'HELD'), 0)::int AS held FROM stock s WHERE store_id = $1`,
    [storeId],
  );
  const events = (await eventsOf(storeId)).filter(({ type }) => type === 'InventoryUpdated');
  for (const row of stock) {
    const own = events.filter(({ data }) => data.ingredientId === row.ingredient_id);
    const cameIn = own
      .filter(({ data }) => data.kind === 'RECEIVED' || data.kind === 'ADJUSTED')
      .reduce((sum, { data }) => sum + data.quantity, 0);
    expect(row.on_hand + row.reserved + row.consumed).toBe(cameIn);
    expect(row.reserved).toBe(row.held);
    expect(own.map(({ version }) => version)).toEqual(own.map((_, index) => index + 1));
    expect(own.at(-1)).toMatchObject({
      version: row.version,
      data: { onHand: row.on_hand, reserved: row.reserved, consumed: row.consumed },
    });
  }
}

test('every store starts with a delivery of all ingredients, recorded as the first events of their streams', async () => {
  const {
    rows: [counts],
  } = await inventory.domain.pool.query<{ stock: number; events: number; heads: number }>(
    `SELECT (SELECT count(*)::int FROM stock) AS stock, (SELECT count(*)::int FROM platform.event) AS events,
       (SELECT count(*)::int FROM platform.head WHERE kind = 'feed' AND version = ${seedIngredients.length}) AS heads`,
  );
  expect(counts).toEqual({ stock: 208 * seedIngredients.length, events: 208 * seedIngredients.length, heads: 208 });
  await inventory.running.seed();
  await expectConsistent(seedStores[207]!.id);
});

test('an order is reserved, then consumed or released; repeated calls get the first answer', async () => {
  const store = ownStore();
  const [cooked, cancelled] = [randomUUID(), randomUUID()];
  for (const order of [cooked, cancelled, cooked])
    expect((await reserve(order, store, 'cheeseburger', 'fries')).outcome).toBe(ReserveResult_Outcome.RESERVED);
  expect(await stockOf(store, 'beef-patty')).toMatchObject({ onHand: 19_998, reserved: 2, consumed: 0, version: 3 });
  for (const changed of [true, true]) {
    expect((await commands().consume({ orderId: cooked, storeId: store })).changed).toBe(changed);
    expect((await commands().release({ orderId: cancelled, storeId: store })).changed).toBe(changed);
  }
  expect((await commands().release({ orderId: cooked, storeId: store })).changed).toBe(false);
  expect((await commands().consume({ orderId: cancelled, storeId: store })).changed).toBe(false);
  expect((await reserve(cancelled, store, 'cheeseburger')).outcome).toBe(ReserveResult_Outcome.RESERVED);
  expect(await stockOf(store, 'beef-patty')).toMatchObject({ onHand: 19_999, reserved: 0, consumed: 1 });
  await expectConsistent(store);
});

test('a release that arrives before its reservation is remembered, and the order holds nothing', async () => {
  const store = ownStore();
  const order = randomUUID();
  expect((await commands().release({ orderId: order, storeId: store })).changed).toBe(false);
  expect(await reserve(order, store, 'cheeseburger')).toMatchObject({
    outcome: ReserveResult_Outcome.OUT_OF_STOCK,
    missingMenuItemIds: [],
  });
  expect((await commands().release({ orderId: order, storeId: store })).changed).toBe(false);
  expect(await stockOf(store, 'beef-patty')).toMatchObject({ reserved: 0, version: 1 });
});

test('all lines are reserved or none, and the answer names the missing items, also when repeated', async () => {
  const store = ownStore();
  await leave(store, 'beef-patty', 2);
  const order = randomUUID();
  const refused = { outcome: ReserveResult_Outcome.OUT_OF_STOCK, missingMenuItemIds: [item('triple-stack')] };
  expect(await reserve(order, store, 'fries', 'triple-stack', 'cheeseburger')).toMatchObject(refused);
  expect((await stockOf(store, 'fries')).reserved).toBe(0);
  await leave(store, 'beef-patty', 100);
  expect(await reserve(order, store, 'fries', 'triple-stack', 'cheeseburger')).toMatchObject(refused);
  expect((await commands().consume({ orderId: order, storeId: store })).changed).toBe(false);
  await expectConsistent(store);
});

test('modifiers use ingredients, multiplied by the quantity of the line', async () => {
  const store = ownStore();
  await commands().reserve({
    orderId: randomUUID(),
    storeId: store,
    lines: [
      {
        menuItemId: item('cheeseburger'),
        quantity: 3,
        modifierIds: [
          seedId('modifier', 'extra-patty'),
          seedId('modifier', 'extra-patty'),
          seedId('modifier', 'no-onion'),
        ],
      },
    ],
  });
  expect((await stockOf(store, 'beef-patty')).reserved).toBe(9);
});

const sized = (orderId: string, storeId: string, slug: string, sizeId: string, quantity: number) =>
  commands().reserve({ orderId, storeId, lines: [{ menuItemId: item(slug), quantity, modifierIds: [], sizeId }] });

test('a size uses its own portions, alone and within a meal', async () => {
  const store = ownStore();
  await leave(store, 'chicken-nugget', 100);
  for (const n of [1, 2])
    expect((await sized(randomUUID(), store, 'chicken-nuggets', seedId('size', 'chicken-nuggets/20'), n)).outcome).toBe(
      ReserveResult_Outcome.RESERVED,
    );
  expect(await stockOf(store, 'chicken-nugget')).toMatchObject({ onHand: 40, reserved: 60 });
  await leave(store, 'chicken-nugget', 10);
  expect((await sized(randomUUID(), store, 'chicken-nuggets', seedId('size', 'chicken-nuggets/20'), 1)).outcome).toBe(
    ReserveResult_Outcome.OUT_OF_STOCK,
  );
  expect((await sized(randomUUID(), store, 'chicken-nuggets', '', 1)).outcome).toBe(ReserveResult_Outcome.RESERVED);
  expect(await stockOf(store, 'chicken-nugget')).toMatchObject({ onHand: 4 });
  // The large meal has a large drink; its burger is the usual one.
  await leave(store, 'soda-syrup', 1_000);
  await leave(store, 'beef-patty', 10);
  const lines = ['classic-burger', 'cola'].map((slug) => ({
    menuItemId: item(slug),
    quantity: 2,
    modifierIds: [],
    sizeId: seedId('size', 'classic-meal/large'),
  }));
  expect((await commands().reserve({ orderId: randomUUID(), storeId: store, lines })).outcome).toBe(
    ReserveResult_Outcome.RESERVED,
  );
  expect([(await stockOf(store, 'soda-syrup')).onHand, (await stockOf(store, 'beef-patty')).onHand]).toEqual([
    1_000 - 2 * 75,
    8,
  ]);
  await expectConsistent(store);
});

test('50 orders at once for the last 20 patties: 20 get one, and no deadlock', async () => {
  const store = ownStore();
  await leave(store, 'beef-patty', 20);
  const orders = Array.from({ length: 50 }, () => randomUUID());
  const outcomes = await Promise.all(
    orders.map((order, index) =>
      reserve(order, store, ...(index % 2 ? ['cheeseburger', 'fries'] : ['fries', 'classic-burger'])),
    ),
  );
  expect(outcomes.filter(({ outcome }) => outcome === ReserveResult_Outcome.RESERVED)).toHaveLength(20);
  expect(await stockOf(store, 'beef-patty')).toMatchObject({ onHand: 0, reserved: 20 });
  const doubled = await Promise.all(orders.map((order) => reserve(order, store, 'cheeseburger')));
  expect(doubled.map(({ outcome }) => outcome)).toEqual(outcomes.map(({ outcome }) => outcome));
  await Promise.all(
    orders.flatMap((orderId, index) => [
      commands().release({ orderId, storeId: store }),
      index % 3 ? commands().consume({ orderId, storeId: store }) : commands().release({ orderId, storeId: store }),
    ]),
  );
  const { reserved, onHand, consumed } = await stockOf(store, 'beef-patty');
  expect(reserved).toBe(0);
  expect(onHand + consumed).toBe(20);
  await expectConsistent(store);
});

test('one order asked for many times at once is reserved once', async () => {
  const store = ownStore();
  const order = randomUUID();
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => reserve(order, store, 'cheeseburger')));
  expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set([ReserveResult_Outcome.RESERVED]));
  expect((await stockOf(store, 'beef-patty')).reserved).toBe(1);
});

test('an item that can no longer be made is announced once, and once more when it can be made again', async () => {
  const store = ownStore();
  await leave(store, 'cheddar', 2);
  const order = randomUUID();
  // With 2 slices the triple stack, which needs 3, cannot be made; the double cheeseburger, which needs 2, can.
  expect(await makeability(store)).toEqual([[item('triple-stack'), false]]);
  await reserve(order, store, 'cheeseburger');
  const twoSlices = [item('double-cheeseburger'), item('dr-burger')];
  expect(new Set((await makeability(store)).slice(1).map(([id]) => id))).toEqual(new Set(twoSlices));
  await commands().release({ orderId: order, storeId: store });
  expect((await makeability(store)).slice(3)).toEqual(expect.arrayContaining(twoSlices.map((id) => [id, true])));
  await leave(store, 'cheddar', 20_000);
  expect((await makeability(store)).slice(5)).toEqual([[item('triple-stack'), true]]);
  expect(await inventory.domain.db.shortage.count({ where: { storeId: store } })).toBe(0);
});

test('the last announcement is right when two ingredients of an item run out and return at once', async () => {
  const store = ownStore();
  for (let round = 0; round < 5; round += 1) {
    await Promise.all([leave(store, 'sausage', round % 2 ? 100 : 0), leave(store, 'ketchup', round % 2 ? 10_000 : 0)]);
    const told = (await makeability(store)).filter(([id]) => id === item('currywurst'));
    expect(told.at(-1)?.[1]).toBe(round % 2 === 1);
  }
  await expectConsistent(store);
});

const nonsense = { orderId: randomUUID(), storeId: randomUUID() };
test.each([
  ['an order that is no UUID', { ...nonsense, orderId: 'x', lines: [] }],
  ['a quantity of nothing', { ...nonsense, lines: [{ menuItemId: item('fries'), quantity: 0, modifierIds: [] }] }],
  ['an item that is no UUID', { ...nonsense, lines: [{ menuItemId: 'fries', quantity: 1, modifierIds: [] }] }],
])('%s is refused', async (_what, request) => {
  await expect(commands().reserve(request)).rejects.toThrow(/invalid_argument/);
});

test('huge quantities are out of stock, not errors', async () => {
  const { outcome } = await commands().reserve({
    orderId: randomUUID(),
    storeId: ownStore(),
    lines: [{ menuItemId: item('fries'), quantity: 2_147_483_647, modifierIds: [] }],
  });
  expect(outcome).toBe(ReserveResult_Outcome.OUT_OF_STOCK);
});

test('what the supplier has delivered is received once per delivery note of a store, and from the door only', async () => {
  const storeId = ownStore();
  const before = (await stockOf(storeId, 'bun')).onHand;
  const receive = (over: object = {}, caller?: string) =>
    inventory.client(InventorySupplyService, caller).receive({
      storeId,
      deliveryNote: 'N-1',
      lines: [{ ingredientId: ingredient('bun'), quantity: 40 }],
      ...over,
    });
  await receive();
  await receive();
  expect((await stockOf(storeId, 'bun')).onHand).toBe(before + 40);
  const unknown = [{ ingredientId: randomUUID(), quantity: 1 }];
  await expect(receive({ lines: unknown })).rejects.toMatchObject({ code: Code.AlreadyExists });
  await expect(receive({ lines: unknown, deliveryNote: 'N-2' })).rejects.toMatchObject({ code: Code.NotFound });
  await expect(receive({ lines: [], deliveryNote: 'N-3' })).rejects.toMatchObject({ code: Code.InvalidArgument });
  await expect(receive({ deliveryNote: 'N-4' }, 'orders')).rejects.toMatchObject({ code: Code.PermissionDenied });
  expect((await stockOf(storeId, 'bun')).onHand).toBe(before + 40);
});

test('goods are received once per idempotency key, all lines or none', async () => {
  const store = ownStore();
  const mutation = `mutation ($input: ReceiveStockInput!) { receiveStock(input: $input) { __typename
    ... on StockChangeSuccess { stock { id onHand low ingredient { name(locale: DE) unit } movements(first: 1) { edges { node { kind quantity } } } } } ... on StockInputProblem { field } } }`;
  const line = { ingredientId: ingredient('bun'), quantity: 500 };
  const input = { idempotencyKey: 'delivery-1', storeId: store, lines: [line] };
  const answer = {
    receiveStock: {
      __typename: 'StockChangeSuccess',
      stock: [
        {
          id: `${store}:${ingredient('bun')}`,
          onHand: 20_500,
          low: false,
          ingredient: { name: 'Sesambrötchen', unit: 'PIECE' },
          movements: { edges: [{ node: { kind: 'RECEIVED', quantity: 500 } }] },
        },
      ],
    },
  };
  for (let times = 0; times < 2; times += 1) expect((await manager(store)(mutation, { input })).data).toEqual(answer);
  expect(
    (await manager(store)(mutation, { input: { ...input, lines: [{ ...line, quantity: 501 }] } })).errors?.[0]
      ?.extensions,
  ).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  const typename = async (over: object, as = manager(store)) =>
    (
      (await as(mutation, { input: { ...input, idempotencyKey: randomUUID(), ...over } })).data?.['receiveStock'] as {
        __typename: string;
      }
    ).__typename;
  expect(await typename({ lines: [line, { ingredientId: randomUUID(), quantity: 1 }] })).toBe('StockNotFound');
  expect(await typename({ lines: [line, line] })).toBe('StockInputProblem');
  expect(await typename({ lines: [] })).toBe('StockInputProblem');
  expect(await typename({ lines: [{ ...line, quantity: -1 }] })).toBe('StockInputProblem');
  expect(await typename({}, manager(seedStores[0]!.id))).toBe('StockNotFound');
  expect((await stockOf(store, 'bun')).onHand).toBe(20_500);
});

test('a correction cannot write off what is reserved', async () => {
  const store = ownStore();
  await leave(store, 'beef-patty', 3);
  await reserve(randomUUID(), store, 'cheeseburger');
  const input = {
    idempotencyKey: randomUUID(),
    storeId: store,
    ingredientId: ingredient('beef-patty'),
    quantity: -3,
    reason: 'WASTED',
  };
  expect((await manager(store)(adjustment, { input })).data).toEqual({
    adjustStock: { __typename: 'StockWouldBeNegative', onHand: 2 },
  });
  expect(
    (await manager(store)(adjustment, { input: { ...input, idempotencyKey: randomUUID(), quantity: 0 } })).data,
  ).toEqual({ adjustStock: { __typename: 'StockInputProblem', field: 'quantity' } });
  expect(
    (
      await manager(store)(adjustment, {
        input: { ...input, idempotencyKey: randomUUID(), ingredientId: randomUUID() },
      })
    ).data,
  ).toEqual({ adjustStock: { __typename: 'StockNotFound' } });
});

const storesQuery = (selection: string) =>
  `query ($ids: [_Any!]!) { _entities(representations: $ids) { ... on Store { ${selection} } } }`;
const stockPage = (from = '', more = '') =>
  storesQuery(
    `stock(first: 20${from}${more}) { edges { node { ingredient { name } onHand low } } pageInfo { hasNextPage endCursor } }`,
  );

test('the consumed quantity may exceed an Int', async () => {
  const store = ownStore();
  const order = randomUUID();
  await inventory.domain.pool.query('UPDATE stock SET consumed = 2147483647 WHERE store_id = $1', [store]);
  await reserve(order, store, 'cheeseburger');
  expect((await commands().consume({ orderId: order, storeId: store })).changed).toBe(true);
  const answer = await manager(store)(
    'query ($s: ID!, $i: ID!) { stockItem(storeId: $s, ingredientId: $i) { consumed } }',
    { s: store, i: ingredient('beef-patty') },
  );
  expect(answer).toEqual({ data: { stockItem: { consumed: 2_147_483_648 } } });
});

test.each([
  ['WASTED', 5],
  ['RETURNED', 1],
])('what is %s is not there any more: it cannot be more', async (reason, quantity) => {
  const store = ownStore();
  const input = { idempotencyKey: randomUUID(), storeId: store, ingredientId: ingredient('bun'), quantity, reason };
  expect((await manager(store)(adjustment, { input })).data).toEqual({
    adjustStock: { __typename: 'StockInputProblem', field: 'quantity' },
  });
  expect(
    (await manager(store)(adjustment, { input: { ...input, idempotencyKey: randomUUID(), quantity: -quantity } })).data,
  ).toMatchObject({ adjustStock: { __typename: 'StockChangeSuccess' } });
});

test("a store's stock is returned in pages by name, or low stock only; that of another store is null", async () => {
  const store = ownStore();
  await leave(store, 'bun', 5);
  const ids = [{ __typename: 'Store', id: store }];
  const names: string[] = [];
  for (let after = ''; ;) {
    const [page] = (await manager(store)(stockPage(after), { ids })).data!['_entities'] as {
      stock: {
        edges: { node: { ingredient: { name: string } } }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
    }[];
    names.push(...page!.stock.edges.map((edge) => edge.node.ingredient.name));
    if (!page!.stock.pageInfo.hasNextPage) break;
    after = `, after: "${page!.stock.pageInfo.endCursor}"`;
  }
  expect(names).toEqual(seedIngredients.map(({ name }) => name['en']).sort());
  const low = await manager(store)(stockPage('', ', lowOnly: true'), { ids });
  expect(low.data!['_entities']).toMatchObject([
    { stock: { edges: [{ node: { ingredient: { name: 'Sesame bun' }, onHand: 5, low: true } }] } },
  ]);
  expect((await manager(seedStores[0]!.id)(stockPage(), { ids })).data!['_entities']).toEqual([{ stock: null }]);
  const one = '{ stockItem(storeId: "STORE", ingredientId: "INGREDIENT") { onHand } }'
    .replace('STORE', store)
    .replace('INGREDIENT', ingredient('bun'));
  expect((await manager(store)(one)).data).toEqual({ stockItem: { onHand: 5 } });
  expect((await manager(seedStores[0]!.id)(one)).data).toEqual({ stockItem: null });
  expect((await inventory.as(principalWith(['catalog:read']))(one)).errors?.[0]?.extensions).toMatchObject({
    code: 'FORBIDDEN',
  });
});

test('what an item is made of is for staff who see a stock; a guest is refused', async () => {
  const document =
    'query ($ids: [_Any!]!) { _entities(representations: $ids) { ... on MenuItem { recipe { quantity } } } }';
  const ids = [{ __typename: 'MenuItem', id: item('fries') }];
  const guest = await inventory.as(principalWith(['catalog:read', 'orders:read']))(document, { ids });
  expect([guest.data, guest.errors?.[0]?.extensions?.['code']]).toEqual([
    { _entities: [{ recipe: null }] },
    'FORBIDDEN',
  ]);
  expect((await manager(ownStore())(document, { ids })).data).toMatchObject({
    _entities: [{ recipe: expect.any(Array) as unknown[] }],
  });
});

test('50 stores, and 50 items, cost as many statements as 5', async () => {
  const admin = inventory.as(principalWith(['admin']));
  const query = `query ($ids: [_Any!]!) { _entities(representations: $ids) {
    ... on Store { stock(first: 5) { edges { node { ingredient { name } movements(first: 2) { edges { node { kind } } } } } } } ... on MenuItem { recipe { quantity ingredient { name } } } } }`;
  const ask = (count: number) =>
    admin(query, {
      ids: seedStores.slice(0, count).flatMap(({ id }, index) => [
        { __typename: 'Store', id },
        { __typename: 'MenuItem', id: index % 2 ? item('fries') : item('cheeseburger') },
      ]),
    });
  const answer = await ask(5);
  expect(answer.errors).toBeUndefined();
  expect((answer.data!['_entities'] as { recipe?: unknown[] }[])[1]!.recipe).toHaveLength(7);
  const five = await inventory.statementsOf(() => ask(5));
  expect(await inventory.statementsOf(() => ask(50))).toBe(five);
});

describe('stock alerts', () => {
  const document = `query ($storeId: ID!, $since: Int) { stockAlerts(storeId: $storeId, since: $since) {
    storeId version reset changed { id low onHand ingredient { id } } removed } }`;
  interface Alerts {
    version: number;
    reset: boolean;
    changed: { id: string; onHand: number }[];
    removed: string[];
  }
  const alerts = async (storeId: string, since: number | null) => {
    const { data, errors } = await manager(storeId)(document, { storeId, since });
    expect(errors).toBeUndefined();
    return data!['stockAlerts'] as Alerts;
  };
  const feedVersion = async (storeId: string) =>
    (
      await inventory.domain.pool.query<{ version: number }>(
        `SELECT version FROM platform.head WHERE kind = 'feed' AND key = $1`,
        [`store:${storeId}`],
      )
    ).rows[0]!.version;
  const id = (storeId: string, slug: string) => `${storeId}:${ingredient(slug)}`;

  test('start with all that is low, then have what becomes low, moves, or is low no more', async () => {
    const store = ownStore();
    await leave(store, 'cheddar', 5);
    const all = await alerts(store, null);
    expect(all).toMatchObject({
      storeId: store,
      version: await feedVersion(store),
      reset: true,
      changed: [{ id: id(store, 'cheddar'), low: true, onHand: 5 }],
      removed: [],
    });
    await leave(store, 'beef-patty', 20);
    await leave(store, 'fries', 500_000);
    const next = await alerts(store, all.version);
    expect(next).toMatchObject({
      reset: false,
      version: await feedVersion(store),
      changed: [{ id: id(store, 'beef-patty') }],
      removed: [id(store, 'fries')],
    });
    await leave(store, 'cheddar', 500_000);
    await reserve(randomUUID(), store, 'classic-burger');
    const last = await alerts(store, next.version);
    expect(last.changed.find((each) => each.id === id(store, 'beef-patty'))?.onHand).toBeLessThan(20);
    expect(last.removed).toContain(id(store, 'cheddar'));
    expect(await alerts(store, last.version)).toMatchObject({
      reset: false,
      changed: [],
      removed: [],
      version: last.version,
    });
  });

  test('reset for a version that is too old or was never given out', async () => {
    const store = ownStore();
    const version = await feedVersion(store);
    for (const since of [version + 1, -1, 2 ** 31 - 1])
      expect(await alerts(store, since)).toMatchObject({ reset: true, version });
    await leave(store, 'ketchup', 4);
    // Moves the version on as if hundreds of orders had been placed since.
    await inventory.domain.pool.query(
      `UPDATE platform.head SET version = version + 600 WHERE kind = 'feed' AND key = $1`,
      [`store:${store}`],
    );
    expect(await alerts(store, version)).toMatchObject({
      reset: true,
      version: await feedVersion(store),
      changed: [{ id: id(store, 'ketchup') }],
    });
  });

  test('are never older than their version while many orders are placed at once', async () => {
    const store = ownStore();
    await leave(store, 'beef-patty', 60);
    const held = new Map<string, number>();
    let since: number | null = null;
    const apply = async () => {
      const answer: Alerts = await alerts(store, since);
      if (answer.reset) held.clear();
      for (const each of answer.changed) held.set(each.id, each.onHand);
      for (const each of answer.removed) held.delete(each);
      since = answer.version;
    };
    const orders = Array.from({ length: 20 }, () => randomUUID());
    await readWhileWriting(orders, (order) => reserve(order, store, 'cheeseburger', 'fries'), apply);
    expect(since).toBe(await feedVersion(store));
    expect(held).toEqual(new Map((await alerts(store, null)).changed.map((each) => [each.id, each.onHand])));
    expect(held.size).toBeGreaterThan(0);
  });

  test('are null for other stores', async () => {
    const [store, other] = [ownStore(), ownStore()];
    expect((await manager(other)(document, { storeId: store })).data).toEqual({ stockAlerts: null });
    expect((await manager(store)(document, { storeId: 'no id' })).data).toEqual({ stockAlerts: null });
    const { errors } = await inventory.as(principalWith(['orders:read'], { roles: ['manager'], bindings: { store } }))(
      document,
      {
        storeId: store,
      },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

test('an extra that has run out, a size that takes too much, and one too many are told before anything is held', async () => {
  const store = ownStore();
  await leave(store, 'bacon', 3);
  await leave(store, 'cheddar', 2);
  const line = (slug: string, quantity: number, ...modifiers: string[]) => ({
    menuItemId: item(slug),
    quantity,
    modifierIds: modifiers.map((each) => seedId('modifier', each)),
  });
  const missing = async (...asked: ReturnType<typeof line>[]) =>
    (await inventory.client(InventoryQueryService).checkStock({ storeId: store, lines: asked })).missingLines;
  const plain = line('fries', 1);
  const needs = await inventory.domain.db.modifierRecipeLine.findFirstOrThrow({
    where: { modifierId: seedId('modifier', 'extra-bacon') },
  });
  await leave(store, 'bacon', needs.quantity);
  expect(await missing(plain, line('classic-burger', 1, 'extra-bacon'))).toEqual([]);
  expect(await missing(plain, line('classic-burger', 1, 'extra-bacon', 'extra-bacon'))).toEqual([1]);
  await leave(store, 'bacon', needs.quantity - 1);
  expect(await missing(line('classic-burger', 1, 'extra-bacon'), plain)).toEqual([0]);
  expect(await missing(line('cheeseburger', 3), plain)).toEqual([0]);
  expect((await stockOf(store, 'bacon')).reserved).toBe(0);
});
