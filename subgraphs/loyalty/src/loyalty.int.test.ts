import pino from 'pino';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { MembershipBenefitsChanged } from '#schema/events/memberships.ts';
import { OrderStatusChanged } from '#schema/events/orders.ts';
import { PaymentProcessed } from '#schema/events/payments.ts';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import type { DataOf, EventEnvelope, NewEvent } from '#platform/events/defineEvent.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import { newTraceparent, traceIdOf } from '#platform/telemetry/trace.ts';
import { busDatabase } from '#platform/testkit/testDatabase.ts';
import { whenFileEnds } from '#platform/testkit/whenFileEnds.ts';
import { principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { until } from '#platform/testkit/until.ts';
import { accountOf } from './account.ts';
import type { Loyalty } from './context.ts';
import definition from './main.ts';

let bus: EventBus;
let loyalty: TestSubgraph<Loyalty>;
let customerId: string;
let orderId: string;

beforeAll(async () => {
  bus = await postgresBus({ databaseUrl: (await busDatabase()).url, log: pino({ level: 'silent' }) });
  whenFileEnds(() => bus.close());
  loyalty = await testSubgraph<Loyalty>(definition, { bus });
});
beforeEach(() => {
  [customerId, orderId] = [uuidv7(), uuidv7()];
});

function envelope({ definition: { name, version, domain, aggregate }, data }: NewEvent): EventEnvelope {
  const traceparent = newTraceparent();
  const aggregateId = aggregate(data as never);
  return {
    eventId: uuidv7(),
    eventType: name,
    version,
    timestamp: new Date().toISOString(),
    source: `${domain}-service`,
    data,
    metadata: {
      aggregateId,
      aggregateVersion: 1,
      causationId: 'test',
      correlationId: traceIdOf(traceparent),
      traceparent,
      actor: 'service:test',
    },
  };
}
const say = (event: EventEnvelope) =>
  bus.publish(`${event.source.replace('-service', '')}.v1`, [{ key: event.metadata.aggregateId, value: event }]);

const completed = (over: Partial<DataOf<typeof OrderStatusChanged>> = {}) =>
  envelope(
    OrderStatusChanged.of({
      orderId,
      orderNumber: 7,
      storeId: uuidv7(),
      customerId,
      service: 'TAKEAWAY',
      from: 'READY',
      to: 'COMPLETED',
      reason: null,
      total: 1_299,
      currency: 'EUR',
      exponent: 2,
      at: '2026-03-01T12:00:00.000Z',
      ...over,
    }) as unknown as NewEvent,
  );
const refunded = (over: Partial<DataOf<typeof PaymentProcessed>> = {}) =>
  envelope(
    PaymentProcessed.of({
      paymentId: uuidv7(),
      orderId,
      storeId: uuidv7(),
      outcome: 'REFUNDED',
      amount: 1_299,
      currency: 'EUR',
      exponent: 2,
      reason: null,
      at: '2026-03-01T12:10:00.000Z',
      ...over,
    }) as unknown as NewEvent,
  );

async function account() {
  const row = await loyalty.domain.db.account.findUnique({ where: { customerId } });
  return row && accountOf(row);
}
const entries = async () =>
  (await loyalty.domain.db.ledgerEntry.findMany({ where: { customerId }, orderBy: { version: 'asc' } })).map(
    ({ points }) => points,
  );
const facts = async () =>
  (await loyalty.appended())
    .filter(({ metadata }) => metadata.aggregateId === `account:${customerId}`)
    .map(({ eventType, data, metadata }) => [
      eventType,
      (data as { points: number }).points,
      metadata.aggregateVersion,
    ]);
/** Waits until both consumers have handled these events, in whatever partitions they are. */
const handled = (...events: EventEnvelope[]) =>
  until(async () => {
    const { rows } = await loyalty.domain.pool.query(
      'SELECT DISTINCT event_id FROM platform.inbox WHERE event_id = ANY($1::uuid[])',
      [events.map(({ eventId }) => eventId)],
    );
    return rows.length === events.length;
  });

describe('a completed order', () => {
  it('earns its customer points once, however often the event is delivered', async () => {
    const event = completed();
    await say(event);
    await say(event);
    const again = completed();
    await say(again);
    await handled(event, again);
    expect(await account()).toEqual({ customerId, balance: 12, earned: 12, version: 1 });
    expect(await facts()).toEqual([['LoyaltyPointsEarned', 12, 1]]);
  });

  it('earns more points while a membership multiplies them, rounded down', async () => {
    const benefits = (percent: number) =>
      envelope(
        MembershipBenefitsChanged.of({
          membershipId: customerId,
          customerId,
          benefits: percent === 0 ? [] : [{ kind: 'FREE_DELIVERY' }, { kind: 'POINTS_MULTIPLIER', percent }],
          at: '2026-03-01T12:00:00.000Z',
        }) as unknown as NewEvent,
      );
    for (const percent of [250, 150, 0]) {
      const [given, event] = [benefits(percent), completed({ orderId: uuidv7() })];
      await say(given);
      await handled(given);
      await say(event);
      await handled(event);
    }
    expect(await entries()).toEqual([30, 18, 12]);
  });

  it('earns a point per whole unit, or per hundred in a currency without a smaller unit', async () => {
    const event = completed({ total: 980, currency: 'JPY', exponent: 0 });
    await say(event);
    await handled(event);
    expect(await entries()).toEqual([9]);
  });

  it('earns nothing without a customer, for less than a unit, and before it is completed', async () => {
    const events = [
      completed({ customerId: null }),
      completed({ orderId: uuidv7(), total: 99 }),
      completed({ orderId: uuidv7(), from: 'CONFIRMED', to: 'PREPARING' }),
    ];
    for (const event of events) await say(event);
    // Events that loyalty ignores leave no trace, so the test waits for the next event of the same order, which is
    // consumed after them.
    const next = events.map(({ data }) => completed({ orderId: (data as { orderId: string }).orderId, total: 99 }));
    for (const event of next) await say(event);
    await handled(...next);
    expect(await account()).toBeNull();
  });

  it('leaves a ledger without gaps when many are completed at once', async () => {
    const events = Array.from({ length: 20 }, () => completed({ orderId: uuidv7(), total: 100 }));
    await Promise.all(events.map(say));
    await handled(...events);
    expect(await account()).toEqual({ customerId, balance: 20, earned: 20, version: 20 });
    expect((await facts()).map(([, , version]) => version)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
  });
});

describe('a refund', () => {
  it('takes back the points of the order once', async () => {
    const [order, refund, again] = [completed(), refunded(), refunded()];
    await say(order);
    await handled(order);
    for (const event of [refund, refund, again]) await say(event);
    await handled(refund, again);
    expect(await entries()).toEqual([12, -12]);
    expect(await facts()).toEqual([
      ['LoyaltyPointsEarned', 12, 1],
      ['LoyaltyPointsReversed', 12, 2],
    ]);
  });

  it('of a part takes back the same part of the points, whatever was paid back before', async () => {
    const order = completed();
    await say(order);
    await handled(order);
    const parts = [130, 500, 500, 1_299].map((soFar) => refunded({ captured: 1_299, refunded: soFar }));
    for (const part of parts) {
      await say(part);
      await handled(part);
    }
    // Kept are 90 %, then 61.5 % of the 12 points, rounded down, and in the end none.
    expect(await entries()).toEqual([12, -2, -3, -7]);
  });

  it('of a part that arrives before the completion leaves the order the points of the rest', async () => {
    const [order, refund] = [completed(), refunded({ captured: 1_299, refunded: 130 })];
    await say(refund);
    await handled(refund);
    await say(order);
    await handled(order);
    expect(await entries()).toEqual([12, -2]);
  });

  it('that arrives before the completion keeps the order from earning points', async () => {
    const [order, refund] = [completed(), refunded()];
    await say(refund);
    await handled(refund);
    await say(order);
    await handled(order);
    expect(await account()).toBeNull();
  });
});

describe('the points of an order', () => {
  const pointsOf = async (id: string) =>
    (
      (
        await loyalty.as(principalWith(['loyalty:read'], { roles: ['customer'], subject: customerId }))(
          'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Order { pointsEarned } } }',
          { of: [{ __typename: 'Order', id }] },
        )
      ).data!['_entities'] as { pointsEarned: number | null }[]
    )[0]!.pointsEarned;

  it('are null until the order is completed, then what it earned, which may be 0', async () => {
    expect(await pointsOf(orderId)).toBeNull();
    const [little, much] = [completed({ total: 99 }), completed({ orderId: uuidv7() })];
    for (const event of [little, much]) await say(event);
    await handled(little, much);
    expect(await pointsOf(orderId)).toBe(0);
    expect(await pointsOf((much.data as { orderId: string }).orderId)).toBe(12);
  });

  it('are 0 after a refund, whichever event arrives first', async () => {
    const later = uuidv7();
    const [first, refund] = [completed(), refunded()];
    await say(first);
    await handled(first);
    await say(refund);
    await handled(refund);
    expect(await pointsOf(orderId)).toBe(0);
    orderId = later;
    const [early, late] = [refunded(), completed()];
    await say(early);
    await handled(early);
    expect(await pointsOf(orderId)).toBeNull();
    await say(late);
    await handled(late);
    expect(await pointsOf(orderId)).toBe(0);
  });

  it('may exceed an Int in total', async () => {
    await loyalty.domain.pool.query(
      'INSERT INTO account (customer_id, balance, earned, version) VALUES ($1, 2147483640, 2147483640, 0)',
      [customerId],
    );
    const event = completed({ total: 2_000 });
    await say(event);
    await handled(event);
    const answer = await loyalty.as(principalWith(['loyalty:read'], { roles: ['customer'], subject: customerId }))(
      '{ myLoyaltyAccount { balance earned ledger { edges { node { points balance } } } } }',
    );
    expect(answer).toEqual({
      data: {
        myLoyaltyAccount: {
          balance: 2_147_483_660,
          earned: 2_147_483_660,
          ledger: { edges: [{ node: { points: 20, balance: 2_147_483_660 } }] },
        },
      },
    });
  });
});

describe('the graph', () => {
  const own = () => loyalty.as(principalWith(['loyalty:read'], { roles: ['customer'], subject: customerId }));
  const ledger = `query ($id: ID!, $first: Int, $after: String) { loyaltyAccount(customerId: $id) {
    customerId balance earned version
    ledger(first: $first, after: $after) { edges { cursor node { version kind points balance at order { id pointsEarned } } } pageInfo { hasNextPage endCursor } } } }`;

  it('returns the balance and, page by page, the entries that led to it', async () => {
    const orders = Array.from({ length: 3 }, () => uuidv7());
    for (const id of orders) await say(completed({ orderId: id, total: 500 }));
    await until(async () => (await account())?.version === 3);
    const first = (await own()(ledger, { id: customerId, first: 2 })).data!['loyaltyAccount'] as Page;
    expect(first).toMatchObject({ customerId, balance: 15, earned: 15, version: 3 });
    expect(first.ledger.edges.map(({ node }) => [node.version, node.balance, node.order.pointsEarned])).toEqual([
      [3, 15, 5],
      [2, 10, 5],
    ]);
    expect(first.ledger.pageInfo.hasNextPage).toBe(true);
    const second = (await own()(ledger, { id: customerId, first: 2, after: first.ledger.pageInfo.endCursor })).data![
      'loyaltyAccount'
    ] as Page;
    expect(second.ledger.edges.map(({ node }) => node.version)).toEqual([1]);
    expect(second.ledger.pageInfo.hasNextPage).toBe(false);
  });

  it('returns an empty account for a customer who has earned nothing yet', async () => {
    expect(
      (
        await own()(
          'query ($id: ID!) { loyaltyAccount(customerId: $id) { balance version ledger { edges { cursor } } } }',
          { id: customerId },
        )
      ).data,
    ).toEqual({ loyaltyAccount: { balance: 0, version: 0, ledger: { edges: [] } } });
  });

  it('returns the own points of the caller, at the version of their feed, and null to others', async () => {
    const mine = '{ myLoyaltyAccount { customerId balance version } }';
    expect((await own()(mine)).data).toEqual({ myLoyaltyAccount: { customerId, balance: 0, version: 0 } });
    const [order, refund] = [completed(), refunded()];
    await say(order);
    await handled(order);
    expect((await own()(mine)).data).toEqual({ myLoyaltyAccount: { customerId, balance: 12, version: 1 } });
    await say(refund);
    await handled(refund);
    // An event contains what a read at its version returns.
    const told = (await loyalty.appended()).filter(({ metadata }) => metadata.aggregateId === `account:${customerId}`);
    expect(
      told.map(({ data, metadata }) => [
        (data as { customerId: string }).customerId,
        (data as { balance: number }).balance,
        metadata.aggregateVersion,
      ]),
    ).toEqual([
      [customerId, 12, 1],
      [customerId, 0, 2],
    ]);
    expect((await own()(mine)).data).toEqual({ myLoyaltyAccount: { customerId, balance: 0, version: 2 } });
    for (const who of [
      principalWith(['admin'], { subject: 'admin-1' }),
      principalWith(['loyalty:read'], { roles: ['customer'], subject: customerId, kind: 'service' }),
    ]) {
      expect((await loyalty.as(who)(mine)).data).toEqual({ myLoyaltyAccount: null });
    }
    expect(
      (await loyalty.as(principalWith(['orders:read'], { roles: ['customer'], subject: customerId }))(mine)).errors,
    ).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('returns no points of other customers, by query or entity, but all to an admin', async () => {
    const event = completed();
    await say(event);
    await handled(event);
    const document = `query ($id: ID!, $of: [_Any!]!) { loyaltyAccount(customerId: $id) { balance } _entities(representations: $of) { ... on Customer { loyalty { balance } } ... on Order { pointsEarned } } }`;
    const variables = {
      id: customerId,
      of: [
        { __typename: 'Customer', id: customerId },
        { __typename: 'Order', id: orderId },
        { __typename: 'Customer', id: "'; drop" },
      ],
    };
    const stranger = loyalty.as(principalWith(['loyalty:read'], { roles: ['customer'], subject: uuidv7() }));
    expect((await stranger(document, variables)).data).toEqual({
      loyaltyAccount: null,
      _entities: [{ loyalty: null }, { pointsEarned: null }, { loyalty: null }],
    });
    const sameName = loyalty.as(
      principalWith(['loyalty:read'], { roles: ['customer'], subject: customerId, kind: 'service' }),
    );
    expect((await sameName(document, variables)).data).toEqual({
      loyaltyAccount: null,
      _entities: [{ loyalty: null }, { pointsEarned: null }, { loyalty: null }],
    });
    expect((await loyalty.as(principalWith(['admin']))(document, variables)).data).toEqual({
      loyaltyAccount: { balance: 12 },
      _entities: [{ loyalty: { balance: 12 } }, { pointsEarned: 12 }, { loyalty: null }],
    });
    const { errors } = await loyalty.as(principalWith(['orders:read'], { roles: ['customer'], subject: customerId }))(
      document,
      variables,
    );
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
  });

  it('costs as many statements for 50 as for 5', async () => {
    const admin = loyalty.as(principalWith(['admin']));
    const cost = (count: number) =>
      loyalty.statementsOf(() =>
        admin(
          'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Customer { loyalty { balance ledger { edges { node { points order { pointsEarned } } } } } } ... on Order { pointsEarned } } }',
          { of: Array.from({ length: count }, (_, n) => ({ __typename: n % 2 ? 'Customer' : 'Order', id: uuidv7() })) },
        ),
      );
    const few = await cost(5);
    expect(few).toBeGreaterThan(0);
    expect(await cost(50)).toBe(few);
  });
});

interface Page {
  ledger: {
    edges: { cursor: string; node: { version: number; balance: number; order: { pointsEarned: number } } }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
  };
}
