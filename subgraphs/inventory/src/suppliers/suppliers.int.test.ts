import { randomUUID } from 'node:crypto';
import { Code } from '@connectrpc/connect';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { InventorySupplyService } from '#generated/proto/drburger/inventory/v1/inventory_pb.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { startSupplier, type RunningSupplier } from '#sandbox/supplier/supplier.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import type { Inventory } from '../context.ts';
import main from '../main.ts';
import { keepStockedOnce } from './keepStocked.ts';
import { orderWhatIsLow } from './orderWhatIsLow.ts';

const apiKey = 'k'.repeat(16);
let now = new Date('2026-07-01T10:00:00.000Z');
const pass = (hours: number) => {
  now = new Date(now.getTime() + hours * 3_600_000);
};
let supplier: RunningSupplier;
let inventory: TestSubgraph<Inventory>;
beforeAll(async () => {
  supplier = await startSupplier({ port: 0, dataDir: temporaryFolder('supplier'), apiKey });
  inventory = await testSubgraph<Inventory>(main, {
    seed: true,
    clock: () => now,
    configuration: { SUPPLIER_URL: supplier.url, SUPPLIER_API_KEY: apiKey },
  });
  await inventory.domain.db.supplierPrice.deleteMany();
  await supply().setPrices({
    id: 'P-1',
    validFrom: '2026-01-01T00:00:00.000Z',
    currency: 'EUR',
    exponent: 2,
    prices: [
      { ingredientId: bun, packSize: 100, price: 2_500 },
      { ingredientId: tomato, packSize: 5_000, price: 1_900 },
    ],
  });
});
afterAll(() => supplier.close());

const [bun, tomato] = [seedId('ingredient', 'bun'), seedId('ingredient', 'tomato')];
const supply = () => inventory.client(InventorySupplyService);
/** Each test has a store of its own. */
let next = 0;
let storeId: string;
beforeEach(() => {
  storeId = seedStores[(next += 1)]!.id;
  supplier.books.behave({});
});
const manager = () =>
  inventory.as(principalWith(['stock:read', 'stock:write'], { roles: ['manager'], bindings: { store: storeId } }));

/** Makes an ingredient low: 10 units below its level of 1,000. */
async function makeLow(ingredientId = bun, onHand = 990): Promise<void> {
  await inventory.domain.pool.query(
    'UPDATE stock SET reorder_level = 1000, on_hand = $3 WHERE store_id = $1 AND ingredient_id = $2',
    [storeId, ingredientId, onHand],
  );
}
const onHand = async (ingredientId = bun) =>
  (await inventory.domain.db.stock.findUniqueOrThrow({ where: { storeId_ingredientId: { storeId, ingredientId } } }))
    .onHand;
const ordersOf = () =>
  inventory.domain.db.purchaseOrder.findMany({
    where: { storeId },
    include: { lines: { orderBy: { ordered: 'asc' } } },
    orderBy: { createdAt: 'asc' },
  });
async function placed(): Promise<string> {
  await makeLow();
  await keepStockedOnce(inventory.domain);
  const orders = await ordersOf();
  expect(orders).toMatchObject([{ status: 'PLACED' }]);
  return orders[0]!.id;
}
const ledger = (reference: string) => supplier.books.entries(reference).map(({ kind }) => kind);
const shipment = (purchaseOrderId: string, quantity: number, deliveryNote = `N-${purchaseOrderId}`) => ({
  purchaseOrderId,
  storeId,
  deliveryNote,
  expectedAt: '2026-07-02T08:00:00Z',
  lines: [{ ingredientId: bun, quantity }],
});

const receipt = `mutation ($input: ReceivePurchaseOrderInput!) { receivePurchaseOrder(input: $input) { __typename
  ... on PurchaseOrderReceived { purchaseOrder { status lines { ordered notified received }
    differences { kind quantity todo ingredient { id } } } }
  ... on PurchaseOrderEnded { message purchaseOrder { status } } ... on PurchaseOrderNotFound { message }
  ... on StockInputProblem { field message } } }`;
interface Receipt {
  readonly receivePurchaseOrder: {
    readonly __typename: string;
    readonly field?: string;
    readonly purchaseOrder?: object;
  };
}
async function receive(purchaseOrderId: string, quantity: number | object[], over: object = {}) {
  const lines = typeof quantity === 'number' ? [{ ingredientId: bun, quantity }] : quantity;
  const input = { idempotencyKey: randomUUID(), purchaseOrderId, lines, ...over };
  const { data, errors } = await manager()(receipt, { input });
  if (errors) throw new Error(String(errors[0]?.extensions?.['code'] ?? errors[0]?.message));
  return (data as unknown as Receipt).receivePurchaseOrder;
}

describe('a stock that passes its reorder point', () => {
  test('is ordered once in packs that bring it to twice its level, whoever looks and however often', async () => {
    await makeLow();
    await makeLow(tomato, 0);
    await Promise.all(Array.from({ length: 6 }, () => orderWhatIsLow(inventory.domain)));
    await Promise.all(Array.from({ length: 4 }, () => keepStockedOnce(inventory.domain)));
    const [order, ...others] = await ordersOf();
    expect(others).toEqual([]);
    expect(order).toMatchObject({
      status: 'PLACED',
      supplierNumber: expect.stringMatching(/^S\d+$/) as string,
      lines: [
        { ingredientId: bun, packs: 11, ordered: 1_100, open: true },
        { ingredientId: tomato, packs: 1, ordered: 5_000, open: true },
      ],
    });
    expect(ledger(order!.id)).toEqual(['accepted']);
    await keepStockedOnce(inventory.domain);
    expect(await ordersOf()).toHaveLength(1);
  });

  test('is not ordered above its level, nor without a price', async () => {
    await makeLow(bun, 1_000);
    await makeLow(seedId('ingredient', 'brioche-bun'));
    await keepStockedOnce(inventory.domain);
    expect(await ordersOf()).toEqual([]);
  });

  test('is ordered by the price that holds at the time', async () => {
    const list = (id: string, validFrom: string, packSize: number) =>
      supply().setPrices({
        id,
        validFrom,
        currency: 'EUR',
        exponent: 2,
        prices: [{ ingredientId: tomato, packSize, price: 900 }],
      });
    await list('P-3', '2026-09-01T00:00:00Z', 200);
    await list('P-2', '2026-06-01T00:00:00Z', 2_000);
    await list('P-2', '2026-06-01T00:00:00Z', 2_000);
    await makeLow(tomato, 0);
    await keepStockedOnce(inventory.domain);
    expect(await ordersOf()).toMatchObject([{ lines: [{ ordered: 2_000, packs: 1, price: 900 }] }]);
  });

  test('is one order though answers are lost, come late, or say 500', async () => {
    await makeLow();
    supplier.books.behave({ loseAnswers: 2 });
    await keepStockedOnce(inventory.domain);
    expect(await ordersOf()).toMatchObject([{ status: 'ASKING' }]);
    pass(1);
    supplier.books.behave({ failures: 2 });
    await keepStockedOnce(inventory.domain);
    expect(await ordersOf()).toMatchObject([{ status: 'ASKING' }]);
    pass(1);
    supplier.books.behave({});
    // The circuit has opened: it is tried again after its pause.
    await new Promise((later) => setTimeout(later, 5_100));
    await keepStockedOnce(inventory.domain);
    const [order] = await ordersOf();
    expect(order).toMatchObject({ status: 'PLACED' });
    expect(ledger(order!.id)).toEqual(['accepted']);
  });

  test('that the supplier does not deliver is asked for again after a day', async () => {
    await makeLow();
    supplier.books.behave({ refuseReason: 'sold_out' });
    await keepStockedOnce(inventory.domain);
    await keepStockedOnce(inventory.domain);
    expect(await ordersOf()).toMatchObject([{ status: 'REFUSED', reason: 'sold_out', dueAt: null }]);
    pass(25);
    supplier.books.behave({});
    await keepStockedOnce(inventory.domain);
    expect(await ordersOf()).toMatchObject([{ status: 'REFUSED' }, { status: 'PLACED' }]);
  });

  test('that the supplier cancels is seen when it is asked', async () => {
    const id = await placed();
    await supplier.books.cancel(id);
    pass(2);
    await keepStockedOnce(inventory.domain);
    expect(await ordersOf()).toMatchObject([{ status: 'CANCELLED' }]);
  });
});

describe('shipping notices', () => {
  test('may come before the answer to the order, and twice', async () => {
    await makeLow();
    await orderWhatIsLow(inventory.domain);
    const [{ id }] = (await ordersOf()) as unknown as [{ id: string }];
    await supply().noteShipment(shipment(id, 1_000));
    await supply().noteShipment(shipment(id, 1_000));
    await keepStockedOnce(inventory.domain);
    expect(await ordersOf()).toMatchObject([
      { status: 'NOTIFIED', supplierNumber: expect.any(String) as string, lines: [{ notified: 1_000 }] },
    ]);
  });

  test('win over a refusal that comes afterwards', async () => {
    await makeLow();
    await orderWhatIsLow(inventory.domain);
    const [{ id }] = (await ordersOf()) as unknown as [{ id: string }];
    await supply().noteShipment(shipment(id, 1_100));
    supplier.books.behave({ refuseReason: 'sold_out' });
    await keepStockedOnce(inventory.domain);
    expect(await ordersOf()).toMatchObject([{ status: 'NOTIFIED' }]);
  });

  test('for an order that is not known wait; those for the order of another store are refused', async () => {
    const id = await placed();
    const codeOf = (told: object) =>
      supply()
        .noteShipment({ ...shipment(id, 1_100), ...told })
        .then(
          () => 'noted',
          (error: { code: Code }) => error.code,
        );
    expect(await codeOf({ purchaseOrderId: randomUUID() })).toBe(Code.NotFound);
    expect(await codeOf({ storeId: seedStores[0]!.id })).toBe(Code.InvalidArgument);
    expect(await codeOf({ lines: [{ ingredientId: randomUUID(), quantity: 1 }] })).toBe(Code.NotFound);
    expect(await codeOf({ lines: [{ ingredientId: bun, quantity: -1 }] })).toBe(Code.InvalidArgument);
    expect(await codeOf({ lines: [] })).toBe(Code.InvalidArgument);
    expect(await codeOf({ expectedAt: 'tomorrow' })).toBe(Code.InvalidArgument);
    expect(await ordersOf()).toMatchObject([{ status: 'PLACED', lines: [{ notified: null }] }]);
  });

  test('of an order say that the goods arrive; only staff make stock of them', async () => {
    const id = await placed();
    const before = await onHand();
    const arrival = { storeId, deliveryNote: `N-${id}`, lines: [{ ingredientId: bun, quantity: 1_100 }] };
    await supply().receive({ ...arrival, purchaseOrderId: id });
    // Without the order's id, it is known by the delivery note.
    await supply().receive(arrival);
    expect(await onHand()).toBe(before);
    expect(await ordersOf()).toMatchObject([{ status: 'NOTIFIED', lines: [{ notified: 1_100 }] }]);
    await receive(id, 1_100);
    expect(await onHand()).toBe(before + 1_100);
    await supply().receive(arrival);
    expect(await onHand()).toBe(before + 1_100);
  });
});

describe('receiving', () => {
  test('adds what was counted, once for a key, and tells each difference with what to do', async () => {
    const id = await placed();
    const before = await onHand();
    await supply().noteShipment(shipment(id, 1_000));
    const key = randomUUID();
    const lines = [
      { ingredientId: bun, quantity: 950 },
      { ingredientId: tomato, quantity: 20 },
    ];
    const first = await receive(id, lines, { idempotencyKey: key });
    expect(first).toMatchObject({
      __typename: 'PurchaseOrderReceived',
      purchaseOrder: {
        status: 'RECEIVED',
        differences: expect.arrayContaining([
          { kind: 'SENT_LESS', quantity: 100, ingredient: { id: bun }, todo: expect.any(String) as string },
          { kind: 'MISSING', quantity: 50, ingredient: { id: bun }, todo: expect.any(String) as string },
          { kind: 'NOT_ORDERED', quantity: 20, ingredient: { id: tomato }, todo: expect.any(String) as string },
        ]) as object[],
      },
    });
    expect(await receive(id, lines, { idempotencyKey: key })).toEqual(first);
    expect(await onHand()).toBe(before + 950);
    await expect(receive(id, 1, { idempotencyKey: key })).rejects.toThrow('IDEMPOTENCY_KEY_REUSED');
    expect(await receive(id, lines)).toMatchObject({ __typename: 'PurchaseOrderEnded' });
    expect(await onHand()).toBe(before + 950);
  });

  test('of two deliveries adds up, and what is low still is ordered anew', async () => {
    const id = await placed();
    await receive(id, 4, { complete: false });
    expect(await ordersOf()).toMatchObject([{ status: 'PLACED', lines: [{ received: 4, open: true }] }]);
    expect(await receive(id, [])).toMatchObject({
      purchaseOrder: { differences: [{ kind: 'MISSING', quantity: 1_096 }] },
    });
    pass(1);
    await keepStockedOnce(inventory.domain);
    expect(await ordersOf()).toMatchObject([{ status: 'RECEIVED' }, { status: 'PLACED' }]);
  });

  test('by several at once adds one of them', async () => {
    const id = await placed();
    const before = await onHand();
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => receive(id, 1_100)));
    expect(outcomes.map(({ __typename }) => __typename).sort()).toEqual([
      ...Array<string>(4).fill('PurchaseOrderEnded'),
      'PurchaseOrderReceived',
    ]);
    expect(await onHand()).toBe(before + 1_100);
  });

  test('refuses what cannot be, and the order of another store', async () => {
    const id = await placed();
    for (const [quantity, over] of [
      [-1, {}],
      [10_000_001, {}],
      [[], { complete: false }],
      [[{ ingredientId: randomUUID(), quantity: 1 }], {}],
      [[{ ingredientId: "'; DROP", quantity: 1 }], {}],
      [Array(2).fill({ ingredientId: bun, quantity: 1 }), {}],
      [Array.from({ length: 201 }, () => ({ ingredientId: randomUUID(), quantity: 1 })), {}],
    ] as const)
      expect(await receive(id, quantity as number, over)).toMatchObject({
        __typename: 'StockInputProblem',
        field: 'lines',
      });
    for (const other of [randomUUID(), 'x']) {
      expect(await receive(other, 1)).toMatchObject({ __typename: 'PurchaseOrderNotFound' });
    }
    storeId = seedStores[0]!.id;
    expect(await receive(id, 1)).toMatchObject({ __typename: 'PurchaseOrderNotFound' });
  });
});

test('staff see the orders and recalls of their store, newest first, and of no other', async () => {
  const id = await placed();
  await receive(id, 1_100);
  const [key, recalled] = [randomUUID(), 'R-seen'];
  await supply().recall({ id: recalled, ingredientId: tomato, deliveryNotes: [], reason: key });
  const query = `query ($storeId: ID!, $open: Boolean) {
    purchaseOrders(storeId: $storeId, openOnly: $open) { edges { node { id status supplierNumber expectedAt closedAt
      lines { ingredient { name } ordered packs packPrice { amount currency exponent } } notices { deliveryNote } } } }
    recalls(storeId: $storeId) { edges { node { id reason taken ingredient { id } deliveryNotes } } } }`;
  const { data, errors } = await manager()(query, { storeId });
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({
    purchaseOrders: {
      edges: [
        {
          node: {
            id,
            status: 'RECEIVED',
            lines: [
              {
                ingredient: { name: 'Sesame bun' },
                packs: 11,
                packPrice: { amount: 2_500, currency: 'EUR', exponent: 2 },
              },
            ],
          },
        },
      ],
    },
    recalls: { edges: [{ node: { reason: key, ingredient: { id: tomato }, deliveryNotes: [] } }] },
  });
  expect((await manager()(query, { storeId, open: true })).data).toMatchObject({ purchaseOrders: { edges: [] } });
  const { data: others } = await manager()(query, { storeId: seedStores[0]!.id });
  expect(others).toEqual({ purchaseOrders: null, recalls: null });
});

describe('a recall', () => {
  test('takes what is free off the stock of the stores that had the delivery, once', async () => {
    const id = await placed();
    await supply().noteShipment(shipment(id, 1_100, 'N-recalled'));
    await receive(id, 1_100);
    const other = async () =>
      (
        await inventory.domain.db.stock.findUniqueOrThrow({
          where: { storeId_ingredientId: { storeId: seedStores[0]!.id, ingredientId: bun } },
        })
      ).onHand;
    const elsewhere = await other();
    const notice = { id: 'R-1', ingredientId: bun, deliveryNotes: ['N-recalled'], reason: 'glass' };
    await Promise.all([supply().recall(notice), supply().recall(notice)]);
    await receiveAgain();
    await supply().recall(notice);
    expect(await onHand()).toBe(7);
    expect(await other()).toBe(elsewhere);
    expect(await inventory.domain.db.recallAtStore.findMany({ where: { recallId: 'R-1' } })).toMatchObject([
      { storeId, taken: 2_090 },
    ]);

    async function receiveAgain() {
      await manager()(`mutation ($input: ReceiveStockInput!) { receiveStock(input: $input) { __typename } }`, {
        input: { idempotencyKey: randomUUID(), storeId, lines: [{ ingredientId: bun, quantity: 7 }] },
      });
    }
  });

  test('of an ingredient that is not known waits', async () => {
    const notice = { id: 'R-2', ingredientId: randomUUID(), deliveryNotes: [], reason: 'x' };
    await expect(supply().recall(notice)).rejects.toMatchObject({ code: Code.NotFound });
  });
});
