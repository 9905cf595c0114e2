import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { CustomerQueryService } from '#generated/proto/drburger/customers/v1/customers_pb.ts';
import { DeliveryCommandService, DeliveryQueryService } from '#generated/proto/drburger/delivery/v1/delivery_pb.ts';
import { StoreQueryService } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { service } from '#platform/rpc/service.ts';
import { newTraceparent, traceIdOf } from '#platform/telemetry/trace.ts';
import { busDatabase } from '#platform/testkit/testDatabase.ts';
import { nobody, principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { until } from '#platform/testkit/until.ts';
import { OrderStatusChanged } from '#schema/events/orders.ts';
import { roleScopes } from '#schema/scopes.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import type { Deliveries } from './context.ts';
import delivery from './main.ts';
import { storePositions } from './storePositions.ts';

let bus: EventBus;
let graph: TestSubgraph<Deliveries>;
let doorsAsked = 0;

const key = () => randomBytes(32).toString('base64');
const store = seedStores[0]!;
const door = { latitude: store.latitude + 0.018, longitude: store.longitude };
const customer = (n: number) => principalWith(roleScopes.customer, { subject: seedId('customer', n), roles: ['customer'] });
const courier = (n: number) => principalWith(roleScopes.courier, { subject: seedId('courier', n), roles: ['courier'] });
const manager = (storeId: string) => principalWith(roleScopes.manager, { subject: uuidv7(), roles: ['manager'], bindings: { store: storeId } });
const admin = principalWith(roleScopes.admin, { subject: uuidv7(), roles: ['admin'] });
const strangers: [string, Principal][] = [
  ['another customer', customer(2)], ['staff of another store', manager(seedStores[1]!.id)], ['a kiosk of the store', principalWith(roleScopes.kiosk, { roles: ['kiosk'], bindings: { store: store.id } })],
];

beforeAll(async () => {
  bus = await postgresBus({ databaseUrl: (await busDatabase()).url, log: pino({ level: 'silent' }) });
  graph = await testSubgraph<Deliveries>(delivery, {
    seed: true, bus,
    configuration: { PII_MASTER_KEYS: key(), PII_INDEX_KEY: key() },
    others: {
      stores: [service(StoreQueryService, { getOrderingTerms: ({ storeId }) => ({
        found: [store.id, seedStores[1]!.id].includes(storeId), services: storeId === store.id ? ['DELIVERY'] : ['TAKEAWAY'],
        currency: 'EUR', exponent: 2, latitude: store.latitude, longitude: store.longitude,
      }) })],
      customers: [service(CustomerQueryService, {
        getAddressVersion: ({ customerId, addressVersionId }) =>
          (customerId === seedId('customer', 1) && addressVersionId === seedId('addressVersion', '1/1') ? { found: true, ...door, country: 'DE' } : { found: false }),
        getDoorsteps: ({ addresses }) => {
          doorsAsked += 1;
          return { doorsteps: addresses.map(() => ({ found: true, givenName: 'Ada', line1: 'Lindenallee 3', postalCode: '10115', city: 'Berlin' })) };
        },
      })],
    },
  });
});
afterAll(() => bus.close());

/** Asserts that nothing went wrong, and gives the data. */
async function ask<T = Record<string, never>>(principal: Principal, query: string, variables?: Record<string, unknown>): Promise<T> {
  const { data, errors } = await graph.as(principal)(query, variables);
  expect(errors).toBeUndefined();
  return data as T;
}

const request = (over: object = {}) => ({
  orderId: uuidv7(), storeId: store.id, customerId: seedId('customer', 1), addressVersionId: seedId('addressVersion', '1/1'),
  storeLatitude: store.latitude, storeLongitude: store.longitude, ...door, promisedAt: '2026-03-01T13:00:00.000Z', idempotencyKey: 'k', ...over,
});
const commands = () => graph.client(DeliveryCommandService);

/** A fresh delivery of customer 1, open unless called off. */
async function dispatched(over: object = {}): Promise<{ deliveryId: string; orderId: string }> {
  const asked = request(over);
  return { orderId: asked.orderId, deliveryId: (await commands().dispatch(asked)).deliveryId };
}

const accept = (n: number, deliveryId: string) =>
  ask<{ acceptJob: { __typename: string } }>(courier(n), `mutation ($id: ID!) { acceptJob(deliveryId: $id) { __typename ... on AcceptJobSuccess { delivery { status courier { id } } } } }`, { id: deliveryId });
const report = (n: number, deliveryId: string, status: string, reason?: string) =>
  ask(courier(n), `mutation ($input: ReportDeliveryStatusInput!) { reportDeliveryStatus(input: $input) {
    __typename ... on ReportDeliveryStatusSuccess { delivery { id status reason pickedUpAt endedAt } } ... on DeliveryStatusNotPossible { status } ... on DeliveryInputInvalid { field } } }`,
  { input: { deliveryId, status, reason } });

const told = async (deliveryId: string) => (await graph.appended())
  .filter(({ metadata }) => metadata.aggregateId === `delivery:${deliveryId}`)
  .map(({ data }) => data as { from: string | null; to: string; courierId: string | null; reason: string | null });

/** The kitchen is done, as orders tells. */
async function cooked(orderId: string): Promise<void> {
  const traceparent = newTraceparent();
  const at = new Date().toISOString();
  const { data } = OrderStatusChanged.of({
    orderId, orderNumber: 1, storeId: store.id, customerId: seedId('customer', 1), service: 'DELIVERY', from: 'PREPARING', to: 'READY', reason: null,
    total: 1_000, currency: 'EUR', exponent: 2, at,
  });
  await bus.publish('orders.v1', [{ key: `order:${orderId}`, value: {
    eventId: uuidv7(), eventType: 'OrderStatusChanged', version: '1.0', timestamp: at, source: 'orders-service', data,
    metadata: { aggregateId: `order:${orderId}`, aggregateVersion: 4, causationId: 'test', correlationId: traceIdOf(traceparent), traceparent, actor: 'service:test' },
  } }]);
  await until(async () => (await graph.domain.db.orderNote.findUnique({ where: { orderId } }))?.readyAt);
}

/** A delivery on the way to customer 1. */
async function pickedUp(n: number): Promise<{ deliveryId: string; orderId: string }> {
  const made = await dispatched();
  await accept(n, made.deliveryId);
  await cooked(made.orderId);
  await report(n, made.deliveryId, 'PICKED_UP');
  return made;
}

describe('a quote', () => {
  const quote = `query ($store: ID!, $version: ID, $position: PositionInput) { deliveryQuote(storeId: $store, addressVersionId: $version, position: $position) {
    __typename ... on DeliveryQuote { fee { amount currency exponent } distanceMetres promisedAt } ... on DeliveryTooFar { maxMetres } ... on DeliveryInputInvalid { field } } }`;
  const version = seedId('addressVersion', '1/1');

  it('is for an address of one’s own, or any position, and the same for other domains', async () => {
    const { deliveryQuote } = await ask<{ deliveryQuote: { distanceMetres: number } }>(customer(1), quote, { store: store.id, version });
    expect(deliveryQuote).toMatchObject({ __typename: 'DeliveryQuote', fee: { amount: 290, currency: 'EUR', exponent: 2 }, distanceMetres: 2002 });
    expect(await ask(customer(1), quote, { store: store.id, position: { latitude: store.latitude, longitude: store.longitude } }))
      .toMatchObject({ deliveryQuote: { fee: { amount: 190 } } });
    const internal = await graph.client(DeliveryQueryService).quote({ ...request(), currency: 'EUR', exponent: 2, at: '2026-03-01T12:00:00Z' });
    expect(internal).toMatchObject({ deliverable: true, fee: 290n, distanceMetres: 2002, promisedAt: '2026-03-01T12:30:00.000Z' });
  });

  it.each<[string, Record<string, unknown>, object]>([
    ['of another’s address', { store: store.id, version: seedId('addressVersion', '2/1') }, { __typename: 'DeliveryAddressNotFound' }],
    ['of no address', { store: store.id, version: 'nonsense' }, { __typename: 'DeliveryAddressNotFound' }],
    ['from no store', { store: uuidv7(), version }, { __typename: 'DeliveryStoreNotFound' }],
    ['from a store that does not deliver', { store: seedStores[1]!.id, version }, { __typename: 'DeliveryNotOffered' }],
    ['too far', { store: store.id, position: { latitude: 48.1, longitude: 11.5 } }, { __typename: 'DeliveryTooFar', maxMetres: 7_000 }],
    ['of a position that is none', { store: store.id, position: { latitude: 91, longitude: 0 } }, { __typename: 'DeliveryInputInvalid', field: 'position' }],
    ['of both', { store: store.id, version, position: door }, { __typename: 'DeliveryInputInvalid', field: 'addressVersionId' }],
    ['of neither', { store: store.id }, { __typename: 'DeliveryInputInvalid', field: 'addressVersionId' }],
  ])('is refused: %s', async (_name, variables, answer) => {
    expect(await ask(customer(1), quote, variables)).toEqual({ deliveryQuote: answer });
  });
});

describe('dispatch and cancel', () => {
  it('makes one delivery per order, however often and at once it is asked', async () => {
    const asked = request();
    const answers = await Promise.all([1, 2, 3].map(() => commands().dispatch(asked)));
    expect(new Set(answers.map(({ deliveryId }) => deliveryId)).size).toBe(1);
    expect(await told(answers[0]!.deliveryId)).toMatchObject([{ from: null, to: 'REQUESTED', courierId: null }]);
  });

  it('calls off once, whatever the state but delivered', async () => {
    const { deliveryId, orderId } = await dispatched();
    await accept(1, deliveryId);
    for (let n = 0; n < 2; n++) expect(await commands().cancel({ orderId, reason: 'CUSTOMER_CANCELLED' })).toMatchObject({ cancelled: true });
    expect((await told(deliveryId)).map(({ to, reason }) => [to, reason])).toEqual([['REQUESTED', null], ['ASSIGNED', null], ['CANCELLED', 'CUSTOMER_CANCELLED']]);
    const delivered = await pickedUp(1);
    await report(1, delivered.deliveryId, 'DELIVERED');
    expect(await commands().cancel({ orderId: delivered.orderId, reason: 'LATE' })).toMatchObject({ cancelled: false });
  });

  it('lets a dispatch that comes behind its cancellation come to nothing', async () => {
    const asked = request();
    expect(await commands().cancel({ orderId: asked.orderId, reason: 'EARLY' })).toMatchObject({ cancelled: true });
    const { deliveryId } = await commands().dispatch(asked);
    expect((await told(deliveryId)).map(({ to }) => to)).toEqual(['REQUESTED', 'CANCELLED']);
    expect(await accept(1, deliveryId)).toEqual({ acceptJob: { __typename: 'DeliveryJobTaken' } });
  });

  it.each([{ orderId: 'x' }, { latitude: 91 }, { promisedAt: 'soon' }])('refuses what is malformed: %j', async (over) => {
    await expect(commands().dispatch(request(over))).rejects.toThrow('invalid_argument');
  });
});

describe('a job', () => {
  it('goes to one of two couriers who race for it', async () => {
    for (let round = 0; round < 5; round++) {
      const { deliveryId, orderId } = await dispatched();
      const results = await Promise.all([2, 3].map((n) => accept(n, deliveryId)));
      expect(results.map(({ acceptJob }) => acceptJob.__typename).sort()).toEqual(['AcceptJobSuccess', 'DeliveryJobTaken']);
      expect((await told(deliveryId)).map(({ to }) => to)).toEqual(['REQUESTED', 'ASSIGNED']);
      await commands().cancel({ orderId, reason: 'TEST' });
    }
  });

  it('is taken again by who has it, and by nobody who is not available or no courier', async () => {
    const { deliveryId } = await dispatched();
    const availability = (available: boolean) => ask(courier(4), `mutation ($a: Boolean!) { setAvailability(available: $a) { ... on SetAvailabilitySuccess { courier { available } } } }`, { a: available });
    expect(await availability(false)).toEqual({ setAvailability: { courier: { available: false } } });
    expect(await ask(courier(4), '{ openJobs { id } }')).toEqual({ openJobs: [] });
    expect(await accept(4, deliveryId)).toEqual({ acceptJob: { __typename: 'DeliveryCourierUnavailable' } });
    await availability(true);
    const mine = { acceptJob: { __typename: 'AcceptJobSuccess', delivery: { status: 'ASSIGNED', courier: { id: seedId('courier', 4) } } } };
    expect(await accept(4, deliveryId)).toEqual(mine);
    expect(await accept(4, deliveryId)).toEqual(mine);
    expect(await accept(999, deliveryId)).toEqual({ acceptJob: { __typename: 'DeliveryCourierUnknown' } });
    expect(await accept(4, uuidv7())).toEqual({ acceptJob: { __typename: 'DeliveryNotFound' } });
  });

  it('is one of five at most, also when two are taken at once', async () => {
    const jobs = await Promise.all(Array.from({ length: 7 }, () => dispatched()));
    const results = await Promise.all(jobs.map(({ deliveryId }) => accept(5, deliveryId)));
    expect(results.filter(({ acceptJob }) => acceptJob.__typename === 'AcceptJobSuccess')).toHaveLength(5);
    expect(results.filter(({ acceptJob }) => acceptJob.__typename === 'DeliveryJobLimitReached')).toHaveLength(2);
  });
});

describe('a status', () => {
  it('said three times is one event and three equal answers, also when said at once or late', async () => {
    const { deliveryId, orderId } = await dispatched();
    await accept(6, deliveryId);
    expect(await report(6, deliveryId, 'PICKED_UP')).toEqual({ reportDeliveryStatus: { __typename: 'DeliveryNotReady' } });
    await cooked(orderId);
    const thrice = await Promise.all([1, 2, 3].map(() => report(6, deliveryId, 'PICKED_UP')));
    expect(thrice[0]).toMatchObject({ reportDeliveryStatus: { __typename: 'ReportDeliveryStatusSuccess', delivery: { status: 'PICKED_UP' } } });
    expect([thrice[1], thrice[2]]).toEqual([thrice[0], thrice[0]]);
    const delivered = await report(6, deliveryId, 'DELIVERED');
    expect(await report(6, deliveryId, 'DELIVERED')).toEqual(delivered);
    expect(await report(6, deliveryId, 'PICKED_UP')).toEqual(delivered);
    expect((await told(deliveryId)).map(({ from, to }) => [from, to])).toEqual([[null, 'REQUESTED'], ['REQUESTED', 'ASSIGNED'], ['ASSIGNED', 'PICKED_UP'], ['PICKED_UP', 'DELIVERED']]);
    expect(await report(6, deliveryId, 'FAILED', 'FOOD_DAMAGED')).toEqual({ reportDeliveryStatus: { __typename: 'DeliveryStatusNotPossible', status: 'DELIVERED' } });
  });

  it('of failure says why; a courier reports their own jobs only', async () => {
    const { deliveryId } = await pickedUp(6);
    expect(await report(6, deliveryId, 'FAILED')).toEqual({ reportDeliveryStatus: { __typename: 'DeliveryInputInvalid', field: 'reason' } });
    expect(await report(7, deliveryId, 'DELIVERED')).toEqual({ reportDeliveryStatus: { __typename: 'DeliveryNotFound' } });
    expect(await report(7, uuidv7(), 'DELIVERED')).toEqual({ reportDeliveryStatus: { __typename: 'DeliveryNotFound' } });
    expect(await report(6, deliveryId, 'FAILED', 'CUSTOMER_NOT_FOUND')).toMatchObject({ reportDeliveryStatus: { delivery: { status: 'FAILED', reason: 'CUSTOMER_NOT_FOUND' } } });
  });
});

describe('who sees a delivery', () => {
  const look = `query ($id: ID!, $of: [_Any!]!) { delivery(id: $id) { status dropoff { latitude } store { id } order { id } courier { displayName position { position { latitude } } } }
    _entities(representations: $of) { ... on Order { delivery { id } } ... on Delivery { status } } }`;
  const see = (principal: Principal, { deliveryId, orderId }: { deliveryId: string; orderId: string }) =>
    graph.as(principal)(look, { id: deliveryId, of: [{ __typename: 'Order', id: orderId }, { __typename: 'Delivery', id: deliveryId }] });

  it.each(strangers)('is not %s, for whom it is like one that does not exist', async (_who, principal) => {
    const made = await pickedUp(8);
    const seen = await see(principal, made);
    expect(seen).toEqual(await see(principal, { deliveryId: uuidv7(), orderId: uuidv7() }));
    expect(seen.data?.['delivery']).toBeNull();
    await report(8, made.deliveryId, 'DELIVERED');
  });

  it('is its customer, its courier, its store and admins; each as far as they need', async () => {
    const made = await pickedUp(8);
    const seen = async (principal: Principal) => {
      const { data, errors } = await see(principal, made);
      expect(errors).toBeUndefined();
      return data;
    };
    const here = { position: { latitude: expect.any(Number) as number } };
    const entities = [{ delivery: { id: made.deliveryId } }, { status: 'PICKED_UP' }];
    for (const principal of [customer(1), courier(8), admin]) {
      expect(await seen(principal)).toMatchObject({ delivery: { dropoff: { latitude: door.latitude }, courier: { displayName: expect.any(String) as string, position: here } }, _entities: entities });
    }
    expect(await seen(manager(store.id))).toMatchObject({ delivery: { dropoff: null, courier: { position: here } }, _entities: entities });
    await report(8, made.deliveryId, 'DELIVERED');
    for (const principal of [customer(1), courier(8), admin]) expect(await seen(principal)).toMatchObject({ delivery: { status: 'DELIVERED', dropoff: null } });
    // The courier's own position stays their own; the customer's food has arrived.
    expect(await seen(customer(1))).toMatchObject({ delivery: { courier: { displayName: expect.any(String) as string, position: null } } });
  });

  it('is every courier while it is open, without the door', async () => {
    const made = await dispatched();
    const answer = await ask(courier(9), `query ($id: ID!) { delivery(id: $id) { status pickup { latitude } dropoff { latitude } doorstep { givenName } } }`, { id: made.deliveryId });
    expect(answer).toEqual({ delivery: { status: 'REQUESTED', pickup: { latitude: store.latitude }, dropoff: null, doorstep: null } });
    await accept(10, made.deliveryId);
    expect(await ask(courier(9), `query ($id: ID!) { delivery(id: $id) { status } }`, { id: made.deliveryId })).toEqual({ delivery: null });
  });

  it('keeps no door once it has ended', async () => {
    const made = await pickedUp(11);
    const row = () => graph.domain.db.delivery.findUniqueOrThrow({ where: { id: made.deliveryId } });
    expect((await row()).dropoff).not.toBeNull();
    await report(11, made.deliveryId, 'DELIVERED');
    expect(await row()).toMatchObject({ dropoff: null, wrappedKey: null });
  });
});

describe('a courier', () => {
  const position = `query ($id: ID!, $of: [_Any!]!) { courierPosition(courierId: $id) { at } _entities(representations: $of) { ... on Courier { displayName position { at } } } }`;
  const seen = (principal: Principal, n: number) => graph.as(principal)(position, { id: seedId('courier', n), of: [{ __typename: 'Courier', id: seedId('courier', n) }] });

  it('is seen by a customer only on the way to them', async () => {
    const { deliveryId, orderId } = await dispatched();
    const nothing = { data: { courierPosition: null, _entities: [null] } };
    expect(await seen(customer(1), 12)).toEqual(nothing);
    await accept(12, deliveryId);
    expect(await seen(customer(1), 12)).toMatchObject({ data: { courierPosition: null, _entities: [{ displayName: expect.any(String) as string, position: null }] } });
    await cooked(orderId);
    await report(12, deliveryId, 'PICKED_UP');
    expect(await seen(customer(1), 12)).toMatchObject({ data: { courierPosition: { at: expect.any(String) as string } } });
    for (const principal of [customer(2), manager(seedStores[1]!.id), courier(13)]) expect(await seen(principal, 12)).toEqual(nothing);
    await report(12, deliveryId, 'DELIVERED');
    expect(await seen(customer(1), 12)).toMatchObject({ data: { courierPosition: null } });
    expect((await seen(nobody, 12)).errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
  });

  const tell = (n: number, latitude: number, longitude = 13.4) =>
    ask(courier(n), `mutation ($p: PositionInput!) { reportPosition(position: $p) { __typename ... on ReportPositionSuccess { position { position { latitude } } } ... on DeliveryInputInvalid { field } } }`,
      { p: { latitude, longitude } });
  const moves = async (n: number) => (await graph.appended())
    .filter(({ eventType, metadata }) => eventType === 'DeliveryCourierMoved' && metadata.aggregateId === `courier:${seedId('courier', n)}`)
    .map(({ data }) => (data as { latitude: number }).latitude);

  it('tells positions a thousand times: few are stored, and the last one is right', async () => {
    for (let n = 0; n < 1_000; n++) await tell(14, 50 + n / 1_000);
    // At once, from memory; within a second, from the database.
    expect(await ask(courier(14), '{ myRoute { position { latitude } } }')).toEqual({ myRoute: { position: { latitude: 50.999 } } });
    await until(async () => (await graph.domain.db.courier.findUniqueOrThrow({ where: { id: seedId('courier', 14) } })).latitude === 50.999);
    const stored = await moves(14);
    expect(stored.at(-1)).toBe(50.999);
    expect(stored.length).toBeLessThan(100);
  });

  it('has their last position written when the process goes down', async () => {
    const other = await testSubgraph<Deliveries>(delivery, { seed: true, configuration: { PII_MASTER_KEYS: key(), PII_INDEX_KEY: key() } });
    await other.as(courier(1))('mutation { reportPosition(position: { latitude: 7, longitude: 7 }) { __typename } }');
    await storePositions(other.domain).run(AbortSignal.abort());
    expect(await other.domain.db.courier.findUnique({ where: { id: seedId('courier', 1) } })).toMatchObject({ latitude: 7, longitude: 7 });
  });

  it('is told what is wrong with a position', async () => {
    expect(await tell(14, 91)).toEqual({ reportPosition: { __typename: 'DeliveryInputInvalid', field: 'position' } });
    expect(await tell(999, 50)).toEqual({ reportPosition: { __typename: 'DeliveryCourierUnknown' } });
    expect((await graph.as(customer(1))(`mutation { reportPosition(position: { latitude: 1, longitude: 1 }) { __typename } }`)).errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
  });

  it('has jobs and stops nearest first, as they move', async () => {
    const [near, far] = [await dispatched({ storeLatitude: 50.01, storeLongitude: 13.4 }), await dispatched({ storeLatitude: 50.02, storeLongitude: 13.4, latitude: 50.03, longitude: 13.4 })];
    const screen = '{ myJobs { id } nextStop { kind distanceMetres delivery { id } } myRoute { jobs { id } nextStop { kind } } }';
    expect(await ask(courier(15), screen)).toEqual({ myJobs: [], nextStop: null, myRoute: { jobs: [], nextStop: null } });
    await tell(15, 50);
    const open = await ask<{ openJobs: { id: string }[] }>(courier(15), '{ openJobs(first: 50, withinMetres: 5000) { id } }');
    expect(open.openJobs.map(({ id }) => id)).toEqual([near.deliveryId, far.deliveryId]);
    for (const { deliveryId } of [near, far]) await accept(15, deliveryId);
    expect(await ask(courier(15), screen)).toMatchObject({ myJobs: [{ id: near.deliveryId }, { id: far.deliveryId }], nextStop: { kind: 'PICKUP', distanceMetres: 1112, delivery: { id: near.deliveryId } } });
    await tell(15, 50.025);
    expect(await ask(courier(15), screen)).toMatchObject({ myJobs: [{ id: far.deliveryId }, { id: near.deliveryId }], nextStop: { delivery: { id: far.deliveryId } } });
    await cooked(far.orderId);
    await report(15, far.deliveryId, 'PICKED_UP');
    await tell(15, 50.029);
    expect(await ask(courier(15), screen)).toMatchObject({ nextStop: { kind: 'DROPOFF', distanceMetres: 111, delivery: { id: far.deliveryId } } });
    const screens = (await graph.appended()).filter(({ eventType, metadata }) => eventType === 'DeliveryJobChanged' && metadata.feed === `courier:${seedId('courier', 15)}`);
    expect(screens.map(({ data }) => (data as { status: string }).status)).toEqual(['ASSIGNED', 'ASSIGNED', 'ASSIGNED', 'PICKED_UP']);
  });

  it('is nobody to who is no courier', async () => {
    const { errors } = await graph.as(customer(1))('{ myJobs { id } }');
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    expect(await ask(admin, '{ myCourier { id } myJobs { id } openJobs { id } nextStop { kind } myRoute { courierId } }'))
      .toEqual({ myCourier: null, myJobs: null, openJobs: null, nextStop: null, myRoute: null });
  });

  it('learns whom to ring for, for all jobs in one call', async () => {
    const before = doorsAsked;
    const { myJobs } = await ask<{ myJobs: object[] }>(courier(5), '{ myJobs { doorstep { givenName line1 line2 phone } } }');
    expect(myJobs).toEqual(Array.from({ length: 5 }, () => ({ doorstep: { givenName: 'Ada', line1: 'Lindenallee 3', line2: null, phone: null } })));
    expect(doorsAsked).toBe(before + 1);
  });
});

describe('a list of orders', () => {
  it('costs as many statements for 50 as for 5', async () => {
    const orders = await Promise.all(Array.from({ length: 50 }, () => dispatched()));
    await graph.domain.db.delivery.updateMany({ where: { orderId: { in: orders.map(({ orderId }) => orderId) } }, data: { courierId: seedId('courier', 20), status: 'PICKED_UP' } });
    const load = async (count: number) => {
      const { _entities } = await ask<{ _entities: { delivery: object | null }[] }>(customer(1), `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Order {
        delivery { status readyForPickup dropoff { latitude } courier { displayName position { at } } } } } }`,
      { of: orders.slice(0, count).map(({ orderId }) => ({ __typename: 'Order', id: orderId })) });
      expect(_entities.filter((each) => each.delivery)).toHaveLength(count);
    };
    // Loops of the platform use the same pool now and then: the fewest of some looks are the request's own.
    const statements = async (count: number) => {
      const looks: number[] = [];
      for (let look = 0; look < 5; look++) looks.push(await graph.statementsOf(() => load(count)));
      return Math.min(...looks);
    };
    const five = await statements(5);
    expect(five).toBeGreaterThan(0);
    expect(await statements(50)).toBe(five);
  });
});
