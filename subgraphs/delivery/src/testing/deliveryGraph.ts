import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { beforeAll, expect } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { CustomerQueryService } from '#generated/proto/drburger/customers/v1/customers_pb.ts';
import { DeliveryCommandService } from '#generated/proto/drburger/delivery/v1/delivery_pb.ts';
import { StoreQueryService } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import type { NewEvent } from '#platform/events/defineEvent.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { service } from '#platform/rpc/service.ts';
import { newTraceparent, traceIdOf } from '#platform/telemetry/trace.ts';
import { busDatabase } from '#platform/testkit/testDatabase.ts';
import { whenFileEnds } from '#platform/testkit/whenFileEnds.ts';
import { principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { until } from '#platform/testkit/until.ts';
import { MembershipBenefitsChanged } from '#schema/events/memberships.ts';
import { OrderStatusChanged } from '#schema/events/orders.ts';
import { roleScopes } from '#schema/scopes.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import type { Deliveries } from '../context.ts';
import delivery from '../main.ts';

let bus: EventBus;
/**
 * The subgraph under test: seeded and started on a bus, with stand-ins for stores and customers that know places in
 * Berlin. It is set once `startDelivery` has run.
 */
export let graph: TestSubgraph<Deliveries>;
/** How often the customers domain was asked for doorsteps. */
export let doorsAsked = 0;

const key = () => randomBytes(32).toString('base64');
/** Keys for personal data, new for each test file. */
export const configuration = { PII_MASTER_KEYS: key(), PII_INDEX_KEY: key() };
export const store = seedStores[0]!;
export const door = { latitude: store.latitude + 0.018, longitude: store.longitude };
export const customer = (n: number) =>
  principalWith(roleScopes.customer, { subject: seedId('customer', n), roles: ['customer'] });
export const courier = (n: number) =>
  principalWith(roleScopes.courier, { subject: seedId('courier', n), roles: ['courier'] });
export const manager = (storeId: string) =>
  principalWith(roleScopes.manager, { subject: uuidv7(), roles: ['manager'], bindings: { store: storeId } });
export const admin = principalWith(roleScopes.admin, { subject: uuidv7(), roles: ['admin'] });
export const strangers: [string, Principal][] = [
  ['another customer', customer(2)],
  ['staff of another store', manager(seedStores[1]!.id)],
  ['a kiosk of the store', principalWith(roleScopes.kiosk, { roles: ['kiosk'], bindings: { store: store.id } })],
];

/** Address versions of customer 1: one that is no longer the present one, and one in another country. */
export const outdated = seedId('addressVersion', '1/outdated');
export const abroad = seedId('addressVersion', '1/abroad');

/**
 * Call it at the top of a test file.
 * @param more further settings of the subgraph
 */
export function startDelivery(more: () => Promise<Readonly<Record<string, unknown>>> = async () => ({})): void {
  beforeAll(async () => {
    bus = await postgresBus({ databaseUrl: (await busDatabase()).url, log: pino({ level: 'silent' }) });
    whenFileEnds(() => bus.close());
    graph = await testSubgraph<Deliveries>(delivery, {
      seed: true,
      bus,
      configuration: { ...configuration, ...(await more()) },
      others: {
        stores: [
          service(StoreQueryService, ['orders', 'delivery', 'customers'], {
            getOrderingTerms: ({ storeId }) => ({
              found: [store.id, seedStores[1]!.id].includes(storeId),
              services: storeId === store.id ? ['DELIVERY'] : ['TAKEAWAY'],
              country: 'DE',
              currency: 'EUR',
              exponent: 2,
              latitude: store.latitude,
              longitude: store.longitude,
            }),
          }),
        ],
        customers: [
          service(CustomerQueryService, ['orders', 'delivery'], {
            getAddressVersion: ({ customerId, addressVersionId }) =>
              customerId === seedId('customer', 1) &&
              [seedId('addressVersion', '1/1'), outdated, abroad].includes(addressVersionId)
                ? {
                    found: true,
                    ...door,
                    country: addressVersionId === abroad ? 'PL' : 'DE',
                    current: addressVersionId !== outdated,
                  }
                : { found: false },
            getDoorsteps: ({ addresses }) => {
              doorsAsked += 1;
              return {
                doorsteps: addresses.map(() => ({
                  found: true,
                  givenName: 'Ada',
                  phone: '+4930123456',
                  line1: 'Lindenallee 3',
                  postalCode: '10115',
                  city: 'Berlin',
                })),
              };
            },
          }),
        ],
      },
    });
  });
}

/** Runs a document, asserts that there are no errors, and returns the data. */
export async function ask<T = Record<string, never>>(
  principal: Principal,
  query: string,
  variables?: Record<string, unknown>,
): Promise<T> {
  const { data, errors } = await graph.as(principal)(query, variables);
  expect(errors).toBeUndefined();
  return data as T;
}

export const request = (over: object = {}) => ({
  orderId: uuidv7(),
  storeId: store.id,
  customerId: seedId('customer', 1),
  addressVersionId: seedId('addressVersion', '1/1'),
  storeLatitude: store.latitude,
  storeLongitude: store.longitude,
  ...door,
  promisedAt: '2026-03-01T13:00:00.000Z',
  idempotencyKey: 'k',
  ...over,
});
export const commands = () => graph.client(DeliveryCommandService);

/** Creates a delivery for customer 1. */
export async function dispatched(over: object = {}): Promise<{ deliveryId: string; orderId: string }> {
  const asked = request(over);
  return { orderId: asked.orderId, deliveryId: (await commands().dispatch(asked)).deliveryId };
}

export const accept = (n: number, deliveryId: string) =>
  ask<{ acceptJob: { __typename: string } }>(
    courier(n),
    `mutation ($id: ID!) { acceptJob(deliveryId: $id) { __typename ... on AcceptJobSuccess { delivery { status courier { id } } } } }`,
    { id: deliveryId },
  );
export const report = (n: number, deliveryId: string, status: string, reason?: string) =>
  ask(
    courier(n),
    `mutation ($input: ReportDeliveryStatusInput!) { reportDeliveryStatus(input: $input) {
    __typename ... on ReportDeliveryStatusSuccess { delivery { id status reason pickedUpAt endedAt } } ... on DeliveryStatusNotPossible { status } ... on DeliveryInputInvalid { field } } }`,
    { input: { deliveryId, status, reason } },
  );

export const told = async (deliveryId: string) =>
  (await graph.appended())
    .filter(({ metadata }) => metadata.aggregateId === `delivery:${deliveryId}`)
    .map(({ data }) => data as { from: string | null; to: string; courierId: string | null; reason: string | null });

/** Publishes an event of another domain. */
async function publish(domain: string, { definition, data }: NewEvent): Promise<void> {
  const traceparent = newTraceparent();
  const aggregateId = definition.aggregate(data as never);
  await bus.publish(`${domain}.v1`, [
    {
      key: aggregateId,
      value: {
        eventId: uuidv7(),
        eventType: definition.name,
        version: definition.version,
        timestamp: new Date().toISOString(),
        source: `${domain}-service`,
        data,
        metadata: {
          aggregateId,
          aggregateVersion: 4,
          causationId: 'test',
          correlationId: traceIdOf(traceparent),
          traceparent,
          actor: 'service:test',
        },
      },
    },
  ]);
}

/** Publishes the event of orders that says that the food is ready. */
export async function cooked(orderId: string): Promise<void> {
  const ready = OrderStatusChanged.of({
    orderId,
    orderNumber: 1,
    storeId: store.id,
    customerId: seedId('customer', 1),
    service: 'DELIVERY',
    from: 'PREPARING',
    to: 'READY',
    reason: null,
    total: 1_000,
    currency: 'EUR',
    exponent: 2,
    at: new Date().toISOString(),
  });
  await publish('orders', ready as unknown as NewEvent);
  await until(async () => (await graph.domain.db.orderNote.findUnique({ where: { orderId } }))?.readyAt);
}

/** Publishes the event of memberships that says whether the deliveries of customer `n` are free. */
export async function freeDelivery(n: number, free: boolean): Promise<void> {
  const customerId = seedId('customer', n);
  const told = MembershipBenefitsChanged.of({
    membershipId: seedId('membership', n),
    customerId,
    benefits: free ? [{ kind: 'FREE_DELIVERY' }] : [],
    at: new Date().toISOString(),
  });
  await publish('memberships', told as unknown as NewEvent);
  await until(async () => (await graph.domain.db.freeDelivery.count({ where: { customerId } })) === Number(free));
}

/** Creates a delivery that courier `n` has picked up for customer 1. */
export async function pickedUp(n: number): Promise<{ deliveryId: string; orderId: string }> {
  const made = await dispatched();
  await accept(n, made.deliveryId);
  await cooked(made.orderId);
  await report(n, made.deliveryId, 'PICKED_UP');
  return made;
}
