import { beforeAll, expect, test } from 'vitest';
import { print, type DocumentNode } from 'graphql';
import { requestOperation } from '#platform/events/operations.ts';
import { createLogger } from '#platform/telemetry/createLogger.ts';
import { until } from '#platform/testkit/until.ts';
import {
  AcceptJobDocument,
  OpenJobsDocument,
  ReportDeliveryStatusDocument,
  ReportPositionDocument,
} from '#generated/bffs/delivery/operations.ts';
import { OrderTrackingPageDocument, PlaceOrderDocument } from '#generated/bffs/web/operations.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { orderInput } from '../harness/placing.ts';
import { markReady, startPreparation } from '../harness/staffDocuments.ts';
import { startTestSystem, type Actor, type TestSystem } from '../harness/startTestSystem.ts';

const lines: Record<string, unknown>[] = [];
const log = createLogger({
  level: 'debug',
  readable: false,
  destination: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
});
let system: TestSystem;
beforeAll(async () => {
  system = await startTestSystem({ log, channels: ['web', 'delivery'] });
});

/** Everybody's device begins a trace of its own with what it asks for. */
const traces = {
  customer: '0af7651916cd43dd8448eb211c80319c',
  kitchen: '1bf7651916cd43dd8448eb211c80319c',
  courier: '2cf7651916cd43dd8448eb211c80319c',
};

async function ask<Data>(
  channel: string,
  actor: Actor & { readonly role: keyof typeof traces },
  document: DocumentNode,
  variables: Record<string, unknown>,
): Promise<Data> {
  const response = await fetch(system.urlOf(channel), {
    method: 'POST',
    body: JSON.stringify({ query: print(document), variables }),
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await system.tokenFor(actor)}`,
      traceparent: `00-${traces[actor.role]}-b7ad6b7169203331-01`,
    },
  });
  return ((await response.json()) as { data: Data }).data;
}
const customer = <Data>(document: DocumentNode, variables: Record<string, unknown>) =>
  ask<Data>('web', { role: 'customer' }, document, variables);
const kitchen = (document: DocumentNode, orderId: string) =>
  ask<{ result: { __typename: string } }>('gateway', { role: 'kitchen' }, document, { orderId });
const courier = <Data>(document: DocumentNode, variables: Record<string, unknown>) =>
  ask<Data>('delivery', { role: 'courier' }, document, variables);

/** What an operator reads of an order at `LOG_LEVEL=info`, in the order of the log: who says what happened. */
const followed = (orderId: string, traceId: string): string[] =>
  lines
    .filter(
      (line) =>
        line['level'] === 'info' && line['traceId'] === traceId && [line['orderId'], line['saga']].includes(orderId),
    )
    .map(({ service, eventType, step, to, outcome }) =>
      [service, eventType ?? step ?? 'end', to ?? outcome].filter(Boolean).join(' '),
    );

interface Fact {
  readonly id: string;
  readonly type: string;
  readonly to: string | null;
  readonly trace: string;
}

const factsOf = async (domain: string, orderId: string): Promise<Fact[]> =>
  (
    await system
      .subgraph(domain)
      .domain.pool.query<Fact>(
        `SELECT event_id AS id, type, data ->> 'to' AS to, substr(metadata ->> 'traceparent', 4, 32) AS trace FROM platform.event WHERE data ->> 'orderId' = $1 ORDER BY position`,
        [orderId],
      )
  ).rows;

test('the trace of whoever asked is in every event of the order, in every domain, and in every line that is logged of it', async () => {
  const input = orderInput('DELIVERY', { addressVersionId: seedId('addressVersion', '1/1') });
  const { placeOrder } = await customer<{ placeOrder: { order: { id: string } } }>(PlaceOrderDocument, { input });
  const orderId = placeOrder.order.id;
  // Stands for a bug, so that something is logged where nobody asks: in a consumer, behind the bus.
  await system
    .subgraph('loyalty')
    .domain.pool.query('ALTER TABLE ledger_entry ADD CONSTRAINT a_bug CHECK (points < 0) NOT VALID');

  await until(async () => (await kitchen(startPreparation, orderId)).result.__typename === 'StartPreparationSuccess', {
    what: 'the kitchen begins',
    timeoutMs: 30_000,
  });
  await courier(ReportPositionDocument, { position: { latitude: 52.5, longitude: 13.4 } });
  const job = await until(
    async () => (await courier<{ openJobs: { id: string }[] }>(OpenJobsDocument, {})).openJobs[0],
    { what: 'the job', timeoutMs: 30_000 },
  );
  await courier(AcceptJobDocument, { deliveryId: job.id });
  await kitchen(markReady, orderId);
  for (const status of ['PICKED_UP', 'DELIVERED']) {
    await until(
      async () =>
        JSON.stringify(await courier(ReportDeliveryStatusDocument, { input: { deliveryId: job.id, status } })).includes(
          'ReportDeliveryStatusSuccess',
        ),
      { what: status, timeoutMs: 30_000 },
    );
  }
  const parked = await until(() => lines.find(({ msg }) => String(msg).startsWith('an event was parked')), {
    what: 'the consumer gives up',
    timeoutMs: 30_000,
  });
  expect(parked).toMatchObject({ consumer: 'loyalty.orderStatusChanged' });
  await system.subgraph('loyalty').domain.pool.query('ALTER TABLE ledger_entry DROP CONSTRAINT a_bug');
  await requestOperation(system.subgraph('loyalty').domain.pool, { kind: 'replay', arguments: {} });
  await until(async () => (await factsOf('loyalty', orderId)).length > 0, { what: 'points', timeoutMs: 30_000 });
  const cut = system.cutOff('payments');
  await customer(OrderTrackingPageDocument, { orderId });
  cut.back();

  const facts = new Map(
    await Promise.all(
      ['orders', 'payments', 'inventory', 'delivery', 'loyalty'].map(
        async (domain) => [domain, await factsOf(domain, orderId)] as const,
      ),
    ),
  );
  for (const [domain, of] of facts) {
    expect(of.length, domain).toBeGreaterThan(0);
    for (const { type, to, trace } of of) expect(Object.values(traces), `${domain} ${type} ${to}`).toContain(trace);
  }
  // What the system does by itself goes on under the customer's trace; what people do in between has theirs.
  const traceOf = (domain: string, to: string) => facts.get(domain)?.find((fact) => fact.to === to)?.trace;
  for (const to of ['PLACED', 'CONFIRMED'].filter((status) => traceOf('orders', status)))
    expect(traceOf('orders', to), to).toBe(traces.customer);
  expect(facts.get('payments')!.map(({ trace }) => trace)).toEqual([traces.customer, traces.customer]);
  expect(traceOf('delivery', 'REQUESTED')).toBe(traces.customer);
  expect([traceOf('orders', 'PREPARING'), traceOf('delivery', 'ASSIGNED')]).toEqual([traces.kitchen, traces.courier]);
  expect(facts.get('loyalty')![0]!.trace).toBe(traceOf('orders', 'COMPLETED'));

  const ids = [orderId, ...[...facts.values()].flat().map(({ id }) => id)];
  const ofTheOrder = lines.filter((line) => ids.some((id) => JSON.stringify(line).includes(id)));
  expect(ofTheOrder.length).toBeGreaterThan(1);
  for (const line of ofTheOrder) expect(Object.values(traces), JSON.stringify(line)).toContain(line['traceId']);
  expect(lines.filter(({ msg }) => msg === 'a subgraph did not answer').map(({ traceId }) => traceId)).toContain(
    traces.customer,
  );
  const { courier: byCourier, customer: byCustomer, kitchen: byKitchen } = traces;
  await until(() => followed(orderId, byCustomer).includes('orders end completed'), { what: "the saga's end" });
  // One trace leads from the placing through the domains and the saga to the end; what people did in between is found
  // by the order's id.
  expect(followed(orderId, byCustomer).filter((line) => !line.startsWith('loyalty'))).toEqual([
    'orders OrderCreated',
    'payments PaymentProcessed AUTHORISED',
    'orders authorise',
    'orders reserve',
    'orders OrderStatusChanged CONFIRMED',
    'orders confirm',
    'delivery DeliveryStatusChanged REQUESTED',
    'orders dispatch',
    'orders consume',
    'payments PaymentProcessed CAPTURED',
    'orders capture',
    'orders OrderStatusChanged OUT_FOR_DELIVERY',
    'orders sendOut',
    'orders OrderStatusChanged COMPLETED',
    'orders complete',
    'orders forgetPaymentMethod',
    'orders end completed',
  ]);
  expect(followed(orderId, byCustomer)).toContain('loyalty LoyaltyPointsEarned');
  expect(followed(orderId, byKitchen)).toEqual([
    'orders OrderStatusChanged PREPARING',
    'orders OrderStatusChanged READY',
  ]);
  expect(followed(orderId, byCourier)).toEqual(
    ['ASSIGNED', 'PICKED_UP', 'DELIVERED'].map((to) => `delivery DeliveryStatusChanged ${to}`),
  );
  // Nothing of the person, and no token, is in any line.
  const everything = JSON.stringify(lines);
  for (const secret of ['ada@example.com', 'Beispiel', 'Bearer ', 'tok_visa']) expect(everything).not.toContain(secret);
});
