import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  AcceptJobDocument,
  OpenJobsDocument,
  ReportDeliveryStatusDocument,
  ReportPositionDocument,
} from '#generated/bffs/delivery/operations.ts';
import { PlaceOrderDocument as PlaceAtKiosk } from '#generated/bffs/kiosk/operations.ts';
import { PlaceOrderDocument } from '#generated/bffs/mobile/operations.ts';
import { OrderTrackingPageDocument } from '#generated/bffs/web/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { orderInput, orderOf } from '../harness/placing.ts';
import { markReady, startPreparation } from '../harness/staffDocuments.ts';
import { demoStore, startTestSystem, type Actor, type TestSystem } from '../harness/startTestSystem.ts';
import { reads, streams, writes, type Rows } from './attempts.ts';

// In development the full graph answers everybody: no contract of a channel stands before the domains, which have to
// hold by themselves.
let system: TestSystem;
let theirs: Rows;
const nothing: Rows = {
  orderId: randomUUID(),
  kioskOrderId: randomUUID(),
  deliveryId: randomUUID(),
  paymentId: randomUUID(),
  customerId: randomUUID(),
  courierId: randomUUID(),
  storeId: randomUUID(),
  addressId: randomUUID(),
  addressVersionId: randomUUID(),
};
const elsewhere = seedId('store', 2);
const strangers: Readonly<Record<string, Actor>> = {
  'another customer': { role: 'customer', subject: seedId('customer', 2) },
  'another courier': { role: 'courier', subject: seedId('courier', 2) },
  "another store's kitchen": { role: 'kitchen', store: elsewhere },
  "another store's manager": { role: 'manager', store: elsewhere },
  "another store's kiosk": { role: 'kiosk', store: elsewhere },
  'a kitchen bound to no store': { role: 'kitchen', store: 'none' },
  'a manager bound to no store': { role: 'manager', store: '' },
  'a kiosk bound to no store': { role: 'kiosk', store: '%' },
};
const owners: Readonly<Record<string, Actor>> = {
  order: { role: 'customer' },
  delivery: { role: 'customer' },
  courierPosition: { role: 'customer' },
  points: { role: 'customer' },
  quoteToTheirDoor: { role: 'customer' },
  kioskOrder: { role: 'kiosk' },
  board: { role: 'kiosk' },
  kitchen: { role: 'kitchen' },
  stock: { role: 'manager' },
  payment: { role: 'admin' },
  payments: { role: 'admin' },
  customer: { role: 'admin' },
};
const clients = new Map<Actor, ChannelClient>();
const clientOf = (actor: Actor): ChannelClient => {
  const known = clients.get(actor) ?? system.client('gateway', actor);
  clients.set(actor, known);
  return known;
};

/**
 * Delivered as far as the way to the customer, when most is to be seen: a customer's order that a courier carries, and
 * one of a kiosk.
 */
beforeAll(async () => {
  system = await startTestSystem({ profile: 'development', channels: ['web', 'mobile', 'kiosk', 'delivery'] });
  const customer = system.client('mobile', { role: 'customer' });
  const kitchen = system.client('gateway', { role: 'kitchen' });
  const courier = system.client('delivery', { role: 'courier' });
  const addressVersionId = seedId('addressVersion', '1/1');
  const { id: orderId } = orderOf(
    (await customer.ask(PlaceOrderDocument, { input: orderInput('DELIVERY', { addressVersionId }) })).placeOrder,
  );
  const { id: kioskOrderId } = orderOf(
    (await system.client('kiosk', { role: 'kiosk' }).ask(PlaceAtKiosk, { input: orderInput('KIOSK') })).placeOrder,
  );
  const step = (document: typeof markReady) =>
    until(async () => (await kitchen.ask(document, { orderId })).result.__typename.endsWith('Success'), {
      what: 'the kitchen goes on',
      timeoutMs: 30_000,
    });
  await step(startPreparation);
  await step(markReady);
  await courier.ask(ReportPositionDocument, { position: { latitude: 52.5, longitude: 13.4 } });
  const job = await until(async () => (await courier.ask(OpenJobsDocument, {})).openJobs?.[0], {
    what: 'the job is offered',
    timeoutMs: 30_000,
  });
  await courier.ask(AcceptJobDocument, { deliveryId: job.id });
  await until(
    async () =>
      (await courier.ask(ReportDeliveryStatusDocument, { input: { deliveryId: job.id, status: 'PICKED_UP' } }))
        .reportDeliveryStatus.__typename === 'ReportDeliveryStatusSuccess',
    { timeoutMs: 30_000 },
  );
  const page = system.client('web', { role: 'customer' });
  const { order } = await until(
    async () => {
      const seen = await page.ask(OrderTrackingPageDocument, { orderId });
      return seen.order?.status === 'OUT_FOR_DELIVERY' && seen;
    },
    { timeoutMs: 30_000 },
  );
  await until(
    async () =>
      (
        await system
          .subgraph('orders')
          .domain.pool.query(`SELECT FROM kitchen_queue WHERE order_id = $1 AND status = 'CONFIRMED'`, [kioskOrderId])
      ).rowCount === 1,
    { timeoutMs: 30_000 },
  );
  theirs = {
    orderId,
    kioskOrderId,
    deliveryId: job.id,
    paymentId: order!.payment!.id,
    customerId: seedId('customer', 1),
    courierId: seedId('courier', 1),
    storeId: demoStore,
    addressId: seedId('address', '1/1'),
    addressVersionId,
  };
});

test('what is tried here shows something to whom it belongs', async () => {
  for (const [name, { document, variables }] of Object.entries(reads)) {
    const client = clientOf(owners[name]!);
    const [seen, none] = [
      await client.query(document, variables(theirs)),
      await client.query(document, variables(nothing)),
    ];
    expect(seen.errors, name).toEqual([]);
    expect(seen.data, name).not.toEqual(none.data);
  }
});

/** Events of all domains: what anybody did. */
async function facts(): Promise<string[]> {
  const counts = await Promise.all(
    subgraphs.map(({ name }) =>
      system.subgraph(name).domain.pool.query<{ count: string }>(`SELECT count(*) FROM platform.event`),
    ),
  );
  return counts.map(({ rows }) => rows[0]!.count);
}

describe.each(Object.entries(strangers))('%s', (_name, stranger) => {
  test.each(Object.entries({ ...reads, ...writes }))(
    'is answered the same as if there were no such thing: %s',
    async (name, { document, variables }) => {
      const client = clientOf(stranger);
      const before = await facts();
      const ask = (rows: Rows) =>
        name in reads ? client.query(document, variables(rows)) : client.mutate(document, variables(rows));
      const [real, none] = [await ask(theirs), await ask(nothing)];
      expect(real).toEqual(none);
      expect(real.errors.map(({ extensions }) => extensions?.['code'])).not.toContain('INTERNAL_SERVER_ERROR');
      expect(await facts()).toEqual(before);
    },
  );

  test.each(Object.entries(streams))('hears the same as of nothing: %s', async (_stream, { document, variables }) => {
    const client = clientOf(stranger);
    const [real, none] = [theirs, nothing].map((rows) => client.subscribe(document, variables(rows)));
    await until(() => real!.errors.length > 0 && none!.errors.length > 0, { what: 'both are refused' });
    expect(real!.errors).toEqual(none!.errors);
    expect(real!.messages).toEqual(none!.messages);
  });

  test("orders to nobody else's door", async () => {
    const place = async (rows: Rows) =>
      await clientOf(stranger).mutate(PlaceOrderDocument, {
        input: orderInput('DELIVERY', { addressVersionId: rows.addressVersionId }),
      });
    const [real, none] = [await place(theirs), await place(nothing)];
    expect(real).toEqual(none);
    expect(JSON.stringify(real)).not.toContain('PlaceOrderSuccess');
  });
});
