import { readFileSync } from 'node:fs';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import type { DataOf } from '#platform/events/defineEvent.ts';
import { rebuildReadModel } from '#platform/events/rebuildReadModel.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { databaseOf } from '#platform/testkit/testDatabase.ts';
import { testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { until } from '#platform/testkit/until.ts';
import { OrderHandedOver, type OrderStatusChanged } from '#schema/events/orders.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { changeOrder } from './commands/changeOrder.ts';
import { placeOrder } from './commands/placeOrder.ts';
import type { Orders } from './context.ts';
import orders from './main.ts';
import { kitchenQueue } from './readModels/kitchenQueue.ts';
import { boardsOf, orderBoard } from './readModels/orderBoard.ts';
import { deliveryStatusChanged } from './testing/deliveryNews.ts';
import { addressVersionId, answeringDomains, burger, customerId, otherStoreId, storeId, usualAnswers } from './testing/otherDomains.ts';
import { admin, courier, customer, kiosk, kioskElsewhere, kitchen, kitchenElsewhere, manager, otherCustomer } from './testing/principals.ts';

let subgraph: TestSubgraph<Orders>;
let domain: Orders;
let bus: EventBus;
let keys = 0;
const answers = usualAnswers();

// Without its saga: these tests move orders along by themselves.
beforeAll(async () => {
  bus = await postgresBus({ databaseUrl: (await databaseOf('platform/events/bus/migrations')).url, log: pino({ level: 'silent' }) });
  subgraph = await testSubgraph<Orders>(orders, { bus, others: answeringDomains(answers) });
  domain = subgraph.domain;
});

afterAll(async () => {
  await subgraph.running.stop();
  await bus.close();
});

async function place(principal: Principal, over: Record<string, unknown> = {}): Promise<string> {
  const outcome = await placeOrder(domain, principal, {
    storeId, service: 'TAKEAWAY', lines: [{ menuItemId: burger, quantity: 1 }], payment: { methodToken: 'tok' }, idempotencyKey: `key-${keys += 1}`, ...over,
  });
  if (outcome.kind !== 'placed') throw new Error(JSON.stringify(outcome));
  return outcome.orderId;
}

const confirm = (orderId: string) => changeOrder(domain, orderId, { type: 'confirm', by: 'saga' });
const confirmed = async (principal: Principal, over: Record<string, unknown> = {}) => {
  const orderId = await place(principal, over);
  await confirm(orderId);
  return orderId;
};

async function ask(principal: Principal, query: string, variables: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  const result = await subgraph.as(principal)(query, variables);
  if (result.errors) throw new Error(JSON.stringify(result.errors));
  return result.data!;
}

const orderQuery = 'query ($orderId: ID!) { order(orderId: $orderId) { id } }';
const sees = async (principal: Principal, orderId: string) => (await ask(principal, orderQuery, { orderId }))['order'] !== null;
const mutate = async (principal: Principal, mutation: string, orderId: string) => {
  const refusal = mutation.startsWith('cancelOrder') ? 'OrderTooLateToCancel' : 'OrderStepRefused';
  return Object.values(await ask(principal, `mutation ($orderId: ID!) { ${mutation} { __typename ... on ${refusal} { status } } }`, { orderId }))[0];
};

describe('an order', () => {
  it('is seen by who placed it, its store and the admin, and by nobody else', async () => {
    const [byCustomer, byKiosk] = [await place(customer), await place(kiosk, { service: 'KIOSK' })];
    const seen = async (orderId: string) => Promise.all(
      [customer, otherCustomer, kiosk, kioskElsewhere, kitchen, kitchenElsewhere, manager, courier, admin].map((each) => sees(each, orderId)));
    expect(await seen(byCustomer)).toEqual([true, false, false, false, true, false, true, false, true]);
    expect(await seen(byKiosk)).toEqual([false, false, true, false, true, false, true, false, true]);
    expect(await sees(customer, seedId('order', 'none'))).toBe(false);
    expect(await sees(customer, 'no id')).toBe(false);
  });

  it('is seen by the courier who was assigned to it', async () => {
    const orderId = await confirmed(customer, { service: 'DELIVERY', addressVersionId });
    expect(await sees(courier, orderId)).toBe(false);
    await bus.publish('delivery.v1', [{ key: orderId, value: deliveryStatusChanged(orderId, 'ASSIGNED') }]);
    await until(() => sees(courier, orderId));
    expect(await sees({ ...courier, subject: seedId('courier', 2) }, orderId)).toBe(false);
  });

  it('is fetched as an entity under the same rules', async () => {
    const orderId = await place(customer);
    const entity = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Order { id status } } }';
    const of = [{ __typename: 'Order', id: orderId }];
    expect(await ask(customer, entity, { of })).toEqual({ _entities: [{ id: orderId, status: 'PLACED' }] });
    expect(await ask(otherCustomer, entity, { of })).toEqual({ _entities: [null] });
  });

  it('tells what happened to it, from its events', async () => {
    const orderId = await confirmed(customer);
    for (const step of ['startPreparation(orderId: $orderId)', 'markReady(orderId: $orderId)', 'handOver(orderId: $orderId)']) await mutate(kitchen, step, orderId);
    const { order } = await ask(customer, 'query ($orderId: ID!) { order(orderId: $orderId) { version cancellable timeline { version kind status reason } } }', { orderId });
    expect(order).toEqual({
      version: 5, cancellable: false,
      timeline: [
        { version: 1, kind: 'CREATED', status: 'PLACED', reason: null }, { version: 2, kind: 'STATUS_CHANGED', status: 'CONFIRMED', reason: null },
        { version: 3, kind: 'STATUS_CHANGED', status: 'PREPARING', reason: null }, { version: 4, kind: 'STATUS_CHANGED', status: 'READY', reason: null },
        { version: 5, kind: 'HANDED_OVER', status: 'READY', reason: null },
      ],
    });
  });
});

describe('the events of an order', () => {
  it('carry what a read at their version shows, so that a stream needs none', async () => {
    const read = 'query ($orderId: ID!) { order(orderId: $orderId) { id number status reason service version statusChangedAt } }';
    const orderId = await place(kiosk, { service: 'KIOSK' });
    const steps = [confirm, (id: string) => mutate(kitchen, 'startPreparation(orderId: $orderId)', id), (id: string) => mutate(manager, 'cancelOrder(orderId: $orderId)', id)];
    for (const step of steps) {
      await step(orderId);
      const [told] = (await subgraph.appended()).filter(({ metadata }) => metadata.aggregateId === `order:${orderId}`).slice(-1);
      const data = told!.data as DataOf<typeof OrderStatusChanged>;
      expect((await ask(kiosk, read, { orderId }))['order']).toEqual({
        id: data.orderId, number: data.orderNumber, status: data.to, reason: data.reason, service: data.service, version: told!.metadata.aggregateVersion, statusChangedAt: data.at,
      });
    }
  });
});

describe('cancelOrder', () => {
  it('is for who owns the order, in time, and the same when it is said twice', async () => {
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
    expect(await mutate(kitchen, 'markReady(orderId: $orderId)', begun)).toEqual({ __typename: 'OrderStepRefused', status: 'CANCELLED' });
  });

  it('and the kitchen may come at once: one of them wins, and the other is told', async () => {
    for (let round = 0; round < 8; round += 1) {
      const orderId = await confirmed(customer);
      const [cancelled, begun] = (await Promise.all([
        mutate(customer, 'cancelOrder(orderId: $orderId)', orderId), mutate(kitchen, 'startPreparation(orderId: $orderId)', orderId),
      ])) as { __typename: string }[];
      expect([cancelled!.__typename, begun!.__typename]).toSatisfy((names: string[]) =>
        ['CancelOrderSuccess,OrderStepRefused', 'OrderTooLateToCancel,StartPreparationSuccess'].includes(names.join()));
    }
  });
});

describe('the kitchen', () => {
  it('works at its own store only, step by step, each as often as it likes', async () => {
    const orderId = await confirmed(customer);
    const start = 'startPreparation(orderId: $orderId)';
    expect(await mutate(kitchenElsewhere, start, orderId)).toEqual({ __typename: 'OrderNotFound' });
    expect(await mutate(kitchen, 'markReady(orderId: $orderId)', orderId)).toEqual({ __typename: 'OrderStepRefused', status: 'CONFIRMED' });
    expect(await mutate(kitchen, start, orderId)).toEqual({ __typename: 'StartPreparationSuccess' });
    expect(await mutate(kitchen, start, orderId)).toEqual({ __typename: 'StartPreparationSuccess' });
    expect(await mutate(kitchen, 'rejectOrder(orderId: $orderId, reason: KITCHEN_CLOSING)', orderId)).toEqual({ __typename: 'RejectOrderSuccess' });
    expect(await mutate(kitchen, start, orderId)).toEqual({ __typename: 'OrderStepRefused', status: 'REJECTED' });
    expect((await subgraph.as(customer)(`mutation { ${start.replace('$orderId', `"${orderId}"`)} { __typename } }`)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('finds what it has to do in its queue, and guests find theirs on the board', async () => {
    const queue = 'query ($storeId: ID!) { kitchenQueue(storeId: $storeId) { orderId status number lines { name(locale: DE) quantity } order { id } } }';
    const board = 'query ($storeId: ID!) { orderBoard(storeId: $storeId) { version store { id } preparing { orderId status } ready { orderId } } }';
    interface Queue { kitchenQueue: { orderId: string; status: string }[] | null }
    interface Board { orderBoard: { version: number; preparing: { orderId: string }[]; ready: { orderId: string }[] } | null }
    const queueOf = async (who: Principal) => (await ask(who, queue, { storeId }) as unknown as Queue).kitchenQueue;
    const boardOf = async (who: Principal) => (await ask(who, board, { storeId }) as unknown as Board).orderBoard;

    const orderId = await confirmed(customer);
    expect((await boardOf(kiosk))!.preparing.map((each) => each.orderId)).toContain(orderId);
    await until(async () => (await queueOf(kitchen))!.some((each) => each.orderId === orderId && each.status === 'CONFIRMED'));
    await mutate(kitchen, 'startPreparation(orderId: $orderId)', orderId);
    await mutate(kitchen, 'markReady(orderId: $orderId)', orderId);
    const then = await boardOf(kitchen);
    expect(then!.ready.map((each) => each.orderId)).toContain(orderId);
    expect(then!.version).toBe((await domain.pool.query<{ version: number }>(`SELECT version FROM platform.head WHERE key = $1`, [`store:${storeId}`])).rows[0]!.version);
    await mutate(kitchen, 'handOver(orderId: $orderId)', orderId);
    await until(async () => !(await queueOf(kitchen))!.some((each) => each.orderId === orderId));
    await changeOrder(domain, orderId, { type: 'complete', by: 'saga' });
    expect((await boardOf(kiosk))!.ready.map((each) => each.orderId)).not.toContain(orderId);

    expect(await queueOf(kitchenElsewhere)).toBeNull();
    expect(await boardOf(kioskElsewhere)).toBeNull();
    expect(await ask(kioskElsewhere, board, { storeId: otherStoreId })).toMatchObject({ orderBoard: { version: 0, preparing: [], ready: [] } });
    expect(await ask(kitchen, '{ __typename }')).toBeDefined();
  });
});

describe('the changes of a kitchen', () => {
  const document = `query ($storeId: ID!, $since: Int) { kitchenQueueChanges(storeId: $storeId, since: $since) {
    store { id } version reset changed { orderId status lines { name } } removed } }`;
  interface Changes { version: number; reset: boolean; changed: { orderId: string; status: string }[]; removed: string[] }
  const changes = async (since: number | null, who = kitchen) =>
    (await ask(who, document, { storeId, since }) as unknown as { kitchenQueueChanges: Changes | null }).kitchenQueueChanges;
  const feedVersion = async () => (await domain.pool.query<{ version: number }>('SELECT version FROM platform.head WHERE key = $1', [`store:${storeId}`])).rows[0]!.version;
  const start = (orderId: string) => mutate(kitchen, 'startPreparation(orderId: $orderId)', orderId);

  it('begin with everything, then are what changed, never older than their version', async () => {
    const [first, second, third] = [await confirmed(customer), await confirmed(customer), await confirmed(customer)];
    const all = (await changes(null))!;
    expect(all).toMatchObject({ reset: true, version: await feedVersion(), removed: [] });
    expect(all.changed.map(({ orderId }) => orderId)).toEqual(expect.arrayContaining([first, second, third]));
    expect(await changes(all.version)).toMatchObject({ reset: false, version: all.version, changed: [], removed: [] });

    await start(first);
    await mutate(customer, 'cancelOrder(orderId: $orderId)', second);
    const next = (await changes(all.version))!;
    expect(next).toMatchObject({ reset: false, version: await feedVersion(), changed: [{ orderId: first, status: 'PREPARING', lines: [{ name: 'Burger' }] }], removed: [second] });
    expect(await changes(next.version - 1)).toMatchObject({ changed: [], removed: [second] });
  });

  it('begin anew for a version of long ago, and for one that never was', async () => {
    const version = await feedVersion();
    expect(await changes(version + 1)).toMatchObject({ reset: true, version });
    expect(await changes(-1)).toMatchObject({ reset: true, version });
    expect(await changes(2 ** 31 - 1)).toMatchObject({ reset: true, version });
    // As if hundreds of orders had been cooked since.
    const far = (by: number) => Promise.all([
      domain.pool.query(`UPDATE platform.head SET version = version + $2 WHERE kind = 'feed' AND key = $1`, [`store:${storeId}`, by]),
      domain.pool.query('UPDATE kitchen_queue SET feed_version = feed_version + $2 WHERE order_id = $1', [storeId, by]),
    ]);
    await far(600);
    expect(await changes(version)).toMatchObject({ reset: true, version: version + 600 });
    await far(-600);
    expect(await changes(version)).toMatchObject({ reset: false, version });
  });

  it('hold up to their version whatever is heard in between, in any order', async () => {
    const held = new Map<string, string>();
    let since: number | null = null;
    let moving = true;
    const apply = async () => {
      const answer: Changes = (await changes(since))!;
      expect(answer.version).toBeGreaterThanOrEqual(since ?? 0);
      if (answer.reset) held.clear();
      for (const { orderId, status } of answer.changed) held.set(orderId, status);
      for (const orderId of answer.removed) held.delete(orderId);
      since = answer.version;
    };
    const moved = Promise.all(Array.from({ length: 12 }, async (_, n) => {
      const orderId = await confirmed(customer);
      if (n % 2) await start(orderId);
      if (n % 3 === 0) await mutate(manager, 'cancelOrder(orderId: $orderId)', orderId);
    })).finally(() => { moving = false; });
    while (moving) await apply();
    await moved;
    await until(async () => (await changes(null))!.version === await feedVersion());
    await apply();
    expect(since).toBe(await feedVersion());
    expect([...held].sort()).toEqual((await changes(null))!.changed.map(({ orderId, status }): [string, string] => [orderId, status]).sort());
  });

  it('are of the own kitchen only', async () => {
    expect(await changes(null, kitchenElsewhere)).toBeNull();
    expect(await changes(null, manager)).not.toBeNull();
    expect(await ask(kitchen, document, { storeId: 'no id' })).toEqual({ kitchenQueueChanges: null });
    for (const who of [customer, kiosk, courier]) expect((await subgraph.as(who)(document, { storeId })).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

describe('a hand-over', () => {
  const document = 'query ($storeId: ID!, $since: Int) { kitchenQueueChanges(storeId: $storeId, since: $since) { version reset changed { orderId } removed } }';
  const changes = async (since: number | null) =>
    (await ask(kitchen, document, { storeId, since }))['kitchenQueueChanges'] as { version: number; reset: boolean; changed: { orderId: string }[]; removed: string[] };
  const board = async () => (await boardsOf(domain, [storeId])).get(storeId)!;
  const numbers = async () => (await board()).entries.map(({ orderId }) => orderId);
  const feed = async () => (await domain.pool.query<{ type: string; version: number }>(
    'SELECT type, feed_version AS version FROM platform.event WHERE feed = $1 ORDER BY feed_version', [`store:${storeId}`])).rows;
  const readyOrder = async (over: Record<string, unknown> = {}, who = customer) => {
    const orderId = await confirmed(who, over);
    for (const step of ['startPreparation(orderId: $orderId)', 'markReady(orderId: $orderId)']) await mutate(kitchen, step, orderId);
    return orderId;
  };
  /** As it was written when hand-overs were in no feed. */
  const handOverOfOld = (orderId: string) => domain.transaction(async (tx) => {
    const { version } = await tx.order.update({ where: { id: orderId }, data: { version: { increment: 1 } } });
    const [written] = await domain.events.append(tx, version - 1, [{ definition: { ...OrderHandedOver, feed: undefined }, data: { orderId, storeId, at: new Date().toISOString() } }]);
    expect(written!.metadata.feedVersion).toBeUndefined();
  });

  it.each([['KIOSK', kiosk], ['TAKEAWAY', customer], ['DINE_IN', customer]] as const)('of %s takes the ticket and the number away before the payment is captured, under the next version of the feed', async (service, who) => {
    const orderId = await readyOrder({ service }, who);
    const before = await changes(null);
    expect(before.changed.map((ticket) => ticket.orderId)).toContain(orderId);
    expect(await numbers()).toContain(orderId);
    expect(await mutate(kitchen, 'handOver(orderId: $orderId)', orderId)).toEqual({ __typename: 'HandOverSuccess' });
    expect((await feed()).at(-1)).toEqual({ type: 'OrderHandedOver', version: before.version + 1 });
    expect(await changes(before.version)).toEqual({ version: before.version + 1, reset: false, changed: [], removed: [orderId] });
    expect(await numbers()).not.toContain(orderId);
    expect((await board()).version).toBe(before.version + 1);
    // The end that follows changes nothing any more.
    await changeOrder(domain, orderId, { type: 'complete', by: 'saga' });
    expect(await changes(before.version + 1)).toEqual({ version: before.version + 2, reset: false, changed: [], removed: [orderId] });
    expect((await board()).version).toBe(before.version + 2);
  });

  it('is none of a delivery, which stays until it is under way', async () => {
    const orderId = await readyOrder({ service: 'DELIVERY', addressVersionId });
    const { version } = await changes(null);
    expect(await mutate(kitchen, 'handOver(orderId: $orderId)', orderId)).toEqual({ __typename: 'OrderStepRefused', status: 'READY' });
    expect(await changes(version)).toMatchObject({ version, changed: [], removed: [] });
    expect(await numbers()).toContain(orderId);
    await changeOrder(domain, orderId, { type: 'sendOut', by: 'saga' });
    expect(await changes(version)).toMatchObject({ version: version + 1, removed: [orderId] });
    expect(await numbers()).not.toContain(orderId);
  });

  it('of before it had a feed is projected, and leaves no gap in the feed', async () => {
    const [old, next] = [await readyOrder(), await readyOrder()];
    const { version } = await changes(null);
    await handOverOfOld(old);
    await until(async () => !(await numbers()).includes(old));
    await until(async () => !(await changes(null)).changed.some(({ orderId }) => orderId === old));
    expect([(await changes(null)).version, (await board()).version]).toEqual([version, version]);
    await mutate(kitchen, 'handOver(orderId: $orderId)', next);
    await changeOrder(domain, old, { type: 'complete', by: 'saga' });
    const after = await changes(version);
    expect({ ...after, removed: [...after.removed].sort() }).toEqual({ version: version + 2, reset: false, changed: [], removed: [old, next].sort() });
    expect((await board()).version).toBe(version + 2);
    const versions = (await feed()).map((event) => event.version);
    expect(versions).toEqual(versions.map((_, index) => index + 1));
  });
});

it('rebuilds its read models to what they were', async () => {
  const contents = async () => Promise.all(['kitchen_queue', 'order_board'].map(async (table) =>
    (await domain.pool.query<{ row: unknown }>(`SELECT to_jsonb(t) AS row FROM ${table} t ORDER BY order_id, store_id`)).rows));
  const [{ rows: [head] }, caughtUp] = [await domain.pool.query<{ version: number }>('SELECT version FROM platform.head WHERE key = $1', [`store:${storeId}`]), async () => (await boardsOf(domain, [storeId])).get(storeId)!.version];
  await until(async () => (await caughtUp()) === head!.version);
  await until(async () => {
    const { rows: [behind] } = await domain.pool.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM platform.head h WHERE h.kind = 'stream' AND NOT EXISTS (
         SELECT FROM platform.projected p WHERE p.read_model = 'kitchenQueue' AND p.stream = h.key AND p.version = h.version)`);
    return behind!.n === 0;
  });
  const live = await contents();
  expect((await ask(kitchen, 'query ($storeId: ID!) { kitchenQueueChanges(storeId: $storeId) { version } }', { storeId }))).toEqual({ kitchenQueueChanges: { version: head!.version } });
  expect(live.every((rows) => rows.length > 0)).toBe(true);
  await domain.pool.query(`DELETE FROM kitchen_queue; UPDATE order_board SET status = 'BROKEN'`);
  for (const model of [kitchenQueue, orderBoard]) await rebuildReadModel(domain, model);
  expect(await contents()).toEqual(live);
});

it('gives a kitchen queue from before versions were counted its heads', async () => {
  const heads = async () => (await domain.pool.query<object>('SELECT * FROM kitchen_queue WHERE order_id = store_id ORDER BY store_id')).rows;
  const before = await heads();
  expect(before.length).toBeGreaterThan(0);
  await domain.pool.query('DELETE FROM kitchen_queue WHERE order_id = store_id');
  const migration = readFileSync(new URL('../prisma/migrations/20260315000000_kitchen_queue_head/migration.sql', import.meta.url), 'utf8');
  await domain.pool.query(migration.slice(migration.indexOf('WITH event')));
  expect(await heads()).toEqual(before);
  // As if the projection had not come to one event among the others.
  await domain.pool.query('DELETE FROM kitchen_queue WHERE order_id = store_id');
  const { rows: [late] } = await domain.pool.query<{ stream: string; feed_version: number }>(
    `UPDATE platform.projected p SET version = e.version - 1 FROM platform.event e
     WHERE e.feed = $1 AND e.feed_version = 5 AND p.read_model = 'kitchenQueue' AND p.stream = e.stream RETURNING p.stream, e.feed_version`, [`store:${storeId}`]);
  await domain.pool.query(migration.slice(migration.indexOf('WITH event')));
  expect(late).toMatchObject({ feed_version: 5 });
  expect((await heads()).find((head) => (head as { store_id: string }).store_id === storeId)).toMatchObject({ feed_version: 4 });
});

describe('the orders of a customer', () => {
  const page = `query ($of: [_Any!]!, $first: Int, $after: String) { _entities(representations: $of) { ... on Customer { orders(first: $first, after: $after) {
    edges { node { id lines { name item { id } } timeline { kind } store { id } total { amount } } } pageInfo { hasNextPage endCursor } } } } }`;
  const of = [{ __typename: 'Customer', id: customerId }];
  interface Orders1 { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } }
  const ordersOf = async (who: Principal, args: Record<string, unknown>) =>
    ((await ask(who, page, { of, ...args }))['_entities'] as { orders: Orders1 | null }[])[0]!.orders;

  it('come newest first, in pages that neither skip nor repeat', async () => {
    const own = (await domain.db.order.findMany({ where: { customerId }, orderBy: [{ placedAt: 'desc' }, { id: 'desc' }] })).map((row) => row.id);
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
    expect((await subgraph.as(customer)(page, { of, first: 101 })).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect((await subgraph.as(customer)(page, { of, after: 'WyJ4IiwieSJd' })).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('cost as many statements for 50 as for 5', async () => {
    // One that hears nothing: what projections do meanwhile is not counted.
    const quiet = await testSubgraph<Orders>(orders, { others: answeringDomains(answers) });
    await Promise.all(Array.from({ length: 50 }, (_, n) => placeOrder(quiet.domain, customer, {
      storeId, service: 'TAKEAWAY', lines: [{ menuItemId: burger, quantity: 1 }], payment: { methodToken: 'tok' }, idempotencyKey: `${n}`,
    })));
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
