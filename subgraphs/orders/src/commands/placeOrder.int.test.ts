import { Code, ConnectError } from '@connectrpc/connect';
import { beforeEach, describe, expect, it } from 'vitest';
import { StoreQueryService } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { service } from '#platform/rpc/service.ts';
import { testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { Orders } from '../context.ts';
import orders from '../main.ts';
import {
  addressVersionId,
  answeringDomains,
  burger,
  cola,
  farAddressVersionId,
  soldOut,
  storeId,
  unknownItem,
  usualAnswers,
  type Answers,
} from '../testing/otherDomains.ts';
import { admin, customer, kiosk, kioskElsewhere, kitchen, manager, otherCustomer } from '../testing/principals.ts';

const mutation = `mutation ($input: PlaceOrderInput!) {
  placeOrder(input: $input) {
    __typename
    ... on PlaceOrderSuccess { order {
      id number status version service placedAt promisedAt cancellable taxInclusive store { id } customer { id }
      lines { name german: name(locale: DE) quantity item { id } total { amount } tax { amount } unitPrice { amount currency exponent } modifiers { quantity modifier { id } } }
      subtotal { amount } deliveryFee { amount } tax { amount } total { amount currency exponent }
      timeline { version kind status reason }
    } }
    ... on OrderInvalidInput { field message }
    ... on OrderServiceNotOffered { offered }
    ... on OrderItemUnavailable { line item { id } }
    ... on OrderInvalidLine { line problem }
    ... on OrderTooManyOpen { maxOpen }
    ... on OrderPriceChanged { total { amount currency } }
  }
}`;

let answers: Answers;
let subgraph: TestSubgraph<Orders>;
const now = new Date('2026-03-01T12:00:00.000Z');
let keys = 0;

beforeEach(async () => {
  answers = usualAnswers();
  subgraph = await testSubgraph<Orders>(orders, { others: answeringDomains(answers), clock: () => now });
});

const input = (over: Record<string, unknown> = {}) => ({
  storeId,
  service: 'TAKEAWAY',
  lines: [
    { menuItemId: burger, quantity: 2 },
    { menuItemId: cola, quantity: 1 },
  ],
  payment: { methodToken: 'tok_visa' },
  idempotencyKey: `key-${(keys += 1)}`,
  ...over,
});

interface Placed {
  __typename: string;
  order: Record<string, unknown> & { id: string; number: number };
}

async function place(principal: Principal, over: Record<string, unknown> = {}): Promise<Placed> {
  const result = await subgraph.as(principal)(mutation, { input: input(over) });
  if (result.errors) throw new Error(JSON.stringify(result.errors));
  return result.data!['placeOrder'] as Placed;
}

describe('placeOrder', () => {
  it('prices and numbers the order, and appends one event, which does not contain the payment token', async () => {
    const { order } = await place(customer);
    expect(order).toMatchObject({
      number: 1,
      status: 'PLACED',
      version: 1,
      service: 'TAKEAWAY',
      cancellable: true,
      taxInclusive: true,
      placedAt: now.toISOString(),
      store: { id: storeId },
      customer: { id: customer.subject },
      subtotal: { amount: 2735 },
      tax: { amount: 140 + 95 },
      total: { amount: 2735, currency: 'EUR', exponent: 2 },
      lines: [
        { name: 'Burger', german: 'Burger vom Grill', quantity: 2, total: { amount: 2140 }, tax: { amount: 140 } },
        { name: 'Cola', german: 'Cola', quantity: 1 },
      ],
      timeline: [{ version: 1, kind: 'CREATED', status: 'PLACED', reason: null }],
    });
    const events = await subgraph.appended();
    expect(events).toMatchObject([
      {
        eventType: 'OrderCreated',
        metadata: {
          aggregateId: `order:${order.id}`,
          feed: `store:${storeId}`,
          feedVersion: 1,
          actor: `user:${customer.subject}`,
        },
      },
    ]);
    expect(JSON.stringify(events)).not.toContain('tok_visa');
    expect((await place(kiosk, { service: 'KIOSK' })).order).toMatchObject({ number: 2, customer: null });
  });

  it('adds the delivery fee and the promised time of arrival', async () => {
    const { order } = await place(customer, { service: 'DELIVERY', addressVersionId });
    expect(order).toMatchObject({
      deliveryFee: { amount: 290 },
      total: { amount: 3025 },
      promisedAt: '2026-03-01T12:30:00.000Z',
    });
    expect(await place(customer, { service: 'DELIVERY', addressVersionId: farAddressVersionId })).toEqual({
      __typename: 'OrderAddressNotDeliverable',
    });
    expect(await place(otherCustomer, { service: 'DELIVERY', addressVersionId })).toEqual({
      __typename: 'OrderAddressNotDeliverable',
    });
    expect(await place(customer, { service: 'DELIVERY' })).toMatchObject({
      __typename: 'OrderInvalidInput',
      field: 'addressVersionId',
    });
  });

  it('refuses an address version that the customer has removed or changed', async () => {
    answers.addressCurrent = false;
    expect(await place(customer, { service: 'DELIVERY', addressVersionId })).toMatchObject({
      __typename: 'OrderAddressNotDeliverable',
    });
  });

  it('gives the same answer for the same idempotency key, and refuses the key with another input', async () => {
    const idempotencyKey = 'same';
    const first = await place(customer, { idempotencyKey });
    answers.open = false;
    expect(await place(customer, { idempotencyKey })).toEqual(first);
    expect(answers.asked).toBe(1);
    const other = await subgraph.as(customer)(mutation, { input: input({ idempotencyKey, service: 'DINE_IN' }) });
    expect(other.errors).toMatchObject([{ extensions: { code: 'IDEMPOTENCY_KEY_REUSED' } }]);
    expect(await place(otherCustomer, { idempotencyKey })).toMatchObject({ __typename: 'OrderStoreClosed' });
    answers.open = true;
    expect(await place(otherCustomer, { idempotencyKey })).toMatchObject({ __typename: 'OrderStoreClosed' });
    expect(await subgraph.appended()).toHaveLength(1);
  });

  it('treats a field that is null like one that is left out', async () => {
    const idempotencyKey = 'null or nothing';
    const line = { menuItemId: burger, quantity: 1 };
    const first = await place(customer, { idempotencyKey, lines: [line] });
    expect(
      await place(customer, {
        idempotencyKey,
        expectedTotal: null,
        addressVersionId: null,
        lines: [{ ...line, sizeId: null, modifiers: null }],
      }),
    ).toEqual(first);
    const other = await subgraph.as(customer)(mutation, {
      input: input({ idempotencyKey, lines: [line], expectedTotal: 1070 }),
    });
    expect(other.errors).toMatchObject([{ extensions: { code: 'IDEMPOTENCY_KEY_REUSED' } }]);
  });

  it('counts characters and not code units', async () => {
    const placed = await place(customer, {
      payment: { methodToken: '🍔'.repeat(200) },
      idempotencyKey: '🍟'.repeat(128),
    });
    expect(placed.__typename).toBe('PlaceOrderSuccess');
    expect(await place(customer, { payment: { methodToken: '🍔'.repeat(201) } })).toMatchObject({
      __typename: 'OrderInvalidInput',
      field: 'payment.methodToken',
    });
  });

  it('refuses an order that costs nothing or more than can be charged', async () => {
    answers.burgerPrice = 0n;
    expect(await place(customer, { lines: [{ menuItemId: burger, quantity: 1 }] })).toMatchObject({
      __typename: 'OrderTotalNotChargeable',
    });
    expect(await place(customer)).toMatchObject({ __typename: 'PlaceOrderSuccess', order: { total: { amount: 595 } } });
    answers.burgerPrice = 2_147_483_647n;
    expect(await place(customer, { lines: [{ menuItemId: burger, quantity: 1 }] })).toMatchObject({
      order: { total: { amount: 2_147_483_647 } },
    });
    expect(
      await place(customer, {
        lines: [
          { menuItemId: burger, quantity: 1 },
          { menuItemId: cola, quantity: 1 },
        ],
      }),
    ).toMatchObject({ __typename: 'OrderTotalNotChargeable' });
    answers.burgerPrice = 9_000_000_000_000n;
    expect(await place(customer, { expectedTotal: 1 })).toMatchObject({ __typename: 'OrderTotalNotChargeable' });
  });

  it('places one order when the same key is used several times at once', async () => {
    const placed = await Promise.all(Array.from({ length: 6 }, () => place(customer, { idempotencyKey: 'at once' })));
    expect(new Set(placed.map(({ order }) => order.id)).size).toBe(1);
    expect(await subgraph.appended()).toHaveLength(1);
  });

  it('numbers orders without gaps or duplicates, and keeps the limit of open orders', async () => {
    answers.maxOpenOrders = 5;
    const results = await Promise.all(Array.from({ length: 8 }, () => place(manager)));
    const numbers = results.filter((each) => each.__typename === 'PlaceOrderSuccess').map(({ order }) => order.number);
    expect(numbers.sort()).toEqual([1, 2, 3, 4, 5]);
    expect(results.filter((each) => each.__typename === 'OrderStoreAtCapacity')).toHaveLength(3);
    answers.maxOpenOrders = 6;
    expect((await place(manager)).order.number).toBe(6);
  });

  it.each([
    ['customer', customer, 5, otherCustomer],
    ['kiosk', kiosk, 20, customer],
  ])('keeps one %s from filling the kitchen for all others', async (_name, one, share, other) => {
    answers.maxOpenOrders = 40;
    const results = await Promise.all(Array.from({ length: share + 2 }, () => place(one)));
    expect(results.filter((each) => each.__typename === 'PlaceOrderSuccess')).toHaveLength(share);
    expect(results.filter((each) => each.__typename === 'OrderTooManyOpen')).toEqual([
      { __typename: 'OrderTooManyOpen', maxOpen: share },
      { __typename: 'OrderTooManyOpen', maxOpen: share },
    ]);
    // Nothing of the refused ones is left: the numbers have no gap.
    expect((await place(other)).order.number).toBe(share + 1);
  });

  it('answers each problem with its own result type', async () => {
    expect(await place(customer, { storeId: seedId('store', 9) })).toEqual({ __typename: 'OrderStoreNotFound' });
    expect(
      await place(customer, {
        lines: [
          { menuItemId: burger, quantity: 1 },
          { menuItemId: soldOut, quantity: 1 },
        ],
      }),
    ).toEqual({ __typename: 'OrderItemUnavailable', line: 1, item: { id: soldOut } });
    expect(await place(customer, { lines: [{ menuItemId: unknownItem, quantity: 1 }] })).toEqual({
      __typename: 'OrderInvalidLine',
      line: 0,
      problem: 'UNKNOWN_ITEM',
    });
    expect(await place(customer, { expectedTotal: 2734 })).toEqual({
      __typename: 'OrderPriceChanged',
      total: { amount: 2735, currency: 'EUR' },
    });
    expect(await place(customer, { expectedTotal: 2735 })).toMatchObject({ __typename: 'PlaceOrderSuccess' });
    answers.services = ['DINE_IN'];
    expect(await place(customer)).toEqual({ __typename: 'OrderServiceNotOffered', offered: ['DINE_IN'] });
    answers.services = ['TAKEAWAY'];
    answers.accepting = false;
    expect(await place(customer)).toEqual({ __typename: 'OrderStoreNotAccepting' });
    answers.open = false;
    expect(await place(customer)).toEqual({ __typename: 'OrderStoreClosed' });
  });

  it.each([
    ['lines', { lines: [] }],
    ['lines', { lines: Array.from({ length: 51 }, () => ({ menuItemId: burger, quantity: 1 })) }],
    ['lines.0.quantity', { lines: [{ menuItemId: burger, quantity: 0 }] }],
    ['lines.0.quantity', { lines: [{ menuItemId: burger, quantity: -3 }] }],
    ['lines.0.quantity', { lines: [{ menuItemId: burger, quantity: 2_000_000_000 }] }],
    ['lines.0.menuItemId', { lines: [{ menuItemId: "'; DROP TABLE orders", quantity: 1 }] }],
    [
      'lines.0.modifiers.1.quantity',
      {
        lines: [
          { menuItemId: burger, quantity: 1, modifiers: [{ modifierId: cola }, { modifierId: cola, quantity: 11 }] },
        ],
      },
    ],
    ['payment.methodToken', { payment: { methodToken: '' } }],
    ['addressVersionId', { addressVersionId }],
  ])('refuses input that is out of bounds in %s, before it asks anybody', async (field, over) => {
    expect(await place(customer, over)).toMatchObject({ __typename: 'OrderInvalidInput', field });
    expect(answers.asked).toBe(0);
  });

  it('lets kiosks and staff order at their own store only, and refuses other roles', async () => {
    expect(await place(kioskElsewhere, { service: 'KIOSK' })).toEqual({ __typename: 'OrderStoreNotFound' });
    expect(await place(manager, { service: 'DINE_IN' })).toMatchObject({
      __typename: 'PlaceOrderSuccess',
      order: { customer: null },
    });
    expect(await place(admin, { service: 'DINE_IN' })).toMatchObject({ __typename: 'PlaceOrderSuccess' });
    expect(await place(kiosk, { service: 'DELIVERY', addressVersionId })).toEqual({
      __typename: 'OrderServiceNotOffered',
      offered: ['KIOSK', 'DINE_IN', 'TAKEAWAY'],
    });
    expect((await subgraph.as(kitchen)(mutation, { input: input() })).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
    expect(await place(customer, { storeId: 'x' })).toEqual({ __typename: 'OrderStoreNotFound' });
  });

  it('is refused before any card is asked when an extra has run out; without inventory the saga decides', async () => {
    const bacon = seedId('modifier', 'extra-bacon');
    answers.lackingModifier = bacon;
    const lines = [
      { menuItemId: cola, quantity: 1 },
      { menuItemId: burger, quantity: 1, modifiers: [{ modifierId: bacon }] },
    ];
    expect(await place(customer, { lines })).toEqual({
      __typename: 'OrderItemUnavailable',
      line: 1,
      item: { id: burger },
    });
    expect(await subgraph.appended()).toHaveLength(0);
    const { inventory: _unheard, ...others } = answeringDomains(answers);
    const cut = await testSubgraph<Orders>(orders, { others });
    const { data } = await cut.as(customer)(mutation, { input: input({ lines }) });
    expect(data).toMatchObject({ placeOrder: { __typename: 'PlaceOrderSuccess' } });
  });

  it('orders nothing when a domain cannot be asked', async () => {
    const cut = await testSubgraph<Orders>(orders, {
      others: {
        ...answeringDomains(answers),
        stores: [
          service(StoreQueryService, ['orders', 'delivery', 'customers'], {
            getOrderingTerms: () => {
              throw new ConnectError('gone', Code.Unavailable);
            },
          }),
        ],
      },
    });
    const result = await cut.as(customer)(mutation, { input: input() });
    expect(result.errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]);
    expect(await cut.appended()).toHaveLength(0);
  });
});
