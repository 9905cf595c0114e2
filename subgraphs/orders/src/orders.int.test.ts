import { describe, expect, it } from 'vitest';
import type { DataOf } from '#platform/events/defineEvent.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { testSubgraph } from '#platform/testkit/testSubgraph.ts';
import { until } from '#platform/testkit/until.ts';
import { type OrderStatusChanged } from '#schema/events/orders.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { placeOrder } from './commands/placeOrder.ts';
import type { Orders } from './context.ts';
import orders from './main.ts';
import { deliveryStatusChanged } from './testing/deliveryNews.ts';
import { ordersAlone } from './testing/ordersAlone.ts';
import { addressVersionId, answeringDomains, burger, customerId, storeId } from './testing/otherDomains.ts';
import {
  admin,
  courier,
  customer,
  kiosk,
  kioskElsewhere,
  kitchen,
  kitchenElsewhere,
  manager,
  otherCustomer,
} from './testing/principals.ts';

const alone = ordersAlone();
const { place, confirm, confirmed, ask, mutate, answers } = alone;

const orderQuery = 'query ($orderId: ID!) { order(orderId: $orderId) { id } }';
const sees = async (principal: Principal, orderId: string) =>
  (await ask(principal, orderQuery, { orderId }))['order'] !== null;

describe('an order', () => {
  it('is visible to whoever placed it, to its store and to admins, and to nobody else', async () => {
    const [byCustomer, byKiosk] = [await place(customer), await place(kiosk, { service: 'KIOSK' })];
    const seen = async (orderId: string) =>
      Promise.all(
        [customer, otherCustomer, kiosk, kioskElsewhere, kitchen, kitchenElsewhere, manager, courier, admin].map(
          (each) => sees(each, orderId),
        ),
      );
    expect(await seen(byCustomer)).toEqual([true, false, false, false, true, false, true, false, true]);
    expect(await seen(byKiosk)).toEqual([false, false, true, false, true, false, true, false, true]);
    expect(await sees(customer, seedId('order', 'none'))).toBe(false);
    expect(await sees(customer, 'no id')).toBe(false);
  });

  it('is visible to the courier who carries it', async () => {
    const orderId = await confirmed(customer, { service: 'DELIVERY', addressVersionId });
    expect(await sees(courier, orderId)).toBe(false);
    await alone.bus.publish('delivery.v1', [deliveryStatusChanged(orderId, 'ASSIGNED')]);
    await until(() => sees(courier, orderId));
    expect(await sees({ ...courier, subject: seedId('courier', 2) }, orderId)).toBe(false);
  });

  it('is visible as an entity by the same rules', async () => {
    const orderId = await place(customer);
    const entity = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Order { id status } } }';
    const of = [{ __typename: 'Order', id: orderId }];
    expect(await ask(customer, entity, { of })).toEqual({ _entities: [{ id: orderId, status: 'PLACED' }] });
    expect(await ask(otherCustomer, entity, { of })).toEqual({ _entities: [null] });
  });

  it('has a timeline made from its events', async () => {
    const orderId = await confirmed(customer);
    for (const step of [
      'startPreparation(orderId: $orderId)',
      'markReady(orderId: $orderId)',
      'handOver(orderId: $orderId)',
    ])
      await mutate(kitchen, step, orderId);
    const { order } = await ask(
      customer,
      'query ($orderId: ID!) { order(orderId: $orderId) { version cancellable timeline { version kind status reason } } }',
      { orderId },
    );
    expect(order).toEqual({
      version: 5,
      cancellable: false,
      timeline: [
        { version: 1, kind: 'CREATED', status: 'PLACED', reason: null },
        { version: 2, kind: 'STATUS_CHANGED', status: 'CONFIRMED', reason: null },
        { version: 3, kind: 'STATUS_CHANGED', status: 'PREPARING', reason: null },
        { version: 4, kind: 'STATUS_CHANGED', status: 'READY', reason: null },
        { version: 5, kind: 'HANDED_OVER', status: 'READY', reason: null },
      ],
    });
  });
});

describe('the events of an order', () => {
  it('contain what a read at their version returns, so that a stream needs no read', async () => {
    const read =
      'query ($orderId: ID!) { order(orderId: $orderId) { id number status reason service version statusChangedAt } }';
    const orderId = await place(kiosk, { service: 'KIOSK' });
    const steps = [
      confirm,
      (id: string) => mutate(kitchen, 'startPreparation(orderId: $orderId)', id),
      (id: string) => mutate(manager, 'cancelOrder(orderId: $orderId)', id),
    ];
    for (const step of steps) {
      await step(orderId);
      const [told] = (await alone.subgraph.appended())
        .filter(({ metadata }) => metadata.aggregateId === `order:${orderId}`)
        .slice(-1);
      const data = told!.data as DataOf<typeof OrderStatusChanged>;
      expect((await ask(kiosk, read, { orderId }))['order']).toEqual({
        id: data.orderId,
        number: data.orderNumber,
        status: data.to,
        reason: data.reason,
        service: data.service,
        version: told!.metadata.aggregateVersion,
        statusChangedAt: data.at,
      });
    }
  });
});

describe('cancelOrder', () => {
  it('is for the owner of the order, in time, and succeeds again when it is repeated', async () => {
    const cancel = 'cancelOrder(orderId: $orderId)';
    const orderId = await confirmed(customer);
    expect(await mutate(otherCustomer, cancel, orderId)).toEqual({ __typename: 'OrderNotFound' });
    expect(await mutate(kiosk, cancel, orderId)).toEqual({ __typename: 'OrderNotFound' });
    expect(await mutate(customer, cancel, orderId)).toEqual({ __typename: 'CancelOrderSuccess' });
    expect(await mutate(customer, cancel, orderId)).toEqual({ __typename: 'CancelOrderSuccess' });
    const begun = await confirmed(customer);
    await mutate(kitchen, 'startPreparation(orderId: $orderId)', begun);
    expect(await mutate(customer, cancel, begun)).toEqual({ __typename: 'OrderTooLateToCancel', status: 'PREPARING' });
    expect(await mutate(manager, cancel, begun)).toEqual({ __typename: 'CancelOrderSuccess' });
    expect(await mutate(kitchen, 'markReady(orderId: $orderId)', begun)).toEqual({
      __typename: 'OrderStepRefused',
      status: 'CANCELLED',
    });
  });

  it('and a step of the kitchen at the same time: one wins, and the other is refused', async () => {
    for (let round = 0; round < 8; round += 1) {
      const orderId = await confirmed(customer);
      const [cancelled, begun] = (await Promise.all([
        mutate(customer, 'cancelOrder(orderId: $orderId)', orderId),
        mutate(kitchen, 'startPreparation(orderId: $orderId)', orderId),
      ])) as { __typename: string }[];
      expect([cancelled!.__typename, begun!.__typename]).toSatisfy((names: string[]) =>
        ['CancelOrderSuccess,OrderStepRefused', 'OrderTooLateToCancel,StartPreparationSuccess'].includes(names.join()),
      );
    }
  });
});

describe('the orders of a customer', () => {
  const page = `query ($of: [_Any!]!, $first: Int, $after: String) { _entities(representations: $of) { ... on Customer { orders(first: $first, after: $after) {
    edges { node { id lines { name item { id } } timeline { kind } store { id } total { amount } } } pageInfo { hasNextPage endCursor } } } } }`;
  const of = [{ __typename: 'Customer', id: customerId }];
  interface Orders1 {
    edges: { node: { id: string } }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
  }
  const ordersOf = async (who: Principal, args: Record<string, unknown>) =>
    ((await ask(who, page, { of, ...args }))['_entities'] as { orders: Orders1 | null }[])[0]!.orders;

  it('are returned newest first, in pages that neither skip nor repeat any', async () => {
    const own = (
      await alone.domain.db.order.findMany({ where: { customerId }, orderBy: [{ placedAt: 'desc' }, { id: 'desc' }] })
    ).map((row) => row.id);
    const read: string[] = [];
    for (let after: string | undefined; ;) {
      const orders = (await ordersOf(customer, { first: 3, after }))!;
      read.push(...orders.edges.map((edge) => edge.node.id));
      if (!orders.pageInfo.hasNextPage) break;
      after = orders.pageInfo.endCursor;
    }
    expect(read).toEqual(own);
    expect(await ordersOf(otherCustomer, {})).toBeNull();
    expect(await ordersOf(admin, { first: 1 })).not.toBeNull();
    expect((await alone.subgraph.as(customer)(page, { of, first: 101 })).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect((await alone.subgraph.as(customer)(page, { of, after: 'WyJ4IiwieSJd' })).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  it('cost as many statements for 50 as for 5', async () => {
    // A subgraph without consumers, so that the statements of projections are not counted.
    const quiet = await testSubgraph<Orders>(orders, { others: answeringDomains(answers) });
    await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        placeOrder(quiet.domain, customer, {
          storeId,
          service: 'TAKEAWAY',
          lines: [{ menuItemId: burger, quantity: 1 }],
          payment: { methodToken: 'tok' },
          idempotencyKey: `${n}`,
        }),
      ),
    );
    const read = async (first: number) => {
      const { data } = await quiet.as(customer)(page, { of, first });
      expect((data!['_entities'] as { orders: Orders1 }[])[0]!.orders.edges).toHaveLength(first);
    };
    await read(1);
    const five = await quiet.statementsOf(() => read(5));
    expect(five).toBeGreaterThan(0);
    expect(await quiet.statementsOf(() => read(50))).toBe(five);
  });
});
