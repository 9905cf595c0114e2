import { beforeAll, expect, test } from 'vitest';
import {
  AcceptJobDocument,
  OpenJobsDocument,
  ReportDeliveryStatusDocument,
  ReportPositionDocument,
} from '#generated/bffs/delivery/operations.ts';
import {
  OrderStatusChangedDocument,
  OrderTrackingPageDocument,
  PlaceOrderDocument,
} from '#generated/bffs/web/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { orderInput, orderOf } from '../harness/placing.ts';
import { markReady, startPreparation } from '../harness/staffDocuments.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { demoStore, type TestSystem } from '../harness/startTestSystem.ts';

let system: TestSystem;
let customer: ChannelClient;
beforeAll(async () => {
  system = await sharedSystem();
  customer = system.client('web', { role: 'customer' });
});

const way = ['PLACED', 'CONFIRMED', 'PREPARING', 'READY', 'OUT_FOR_DELIVERY', 'COMPLETED'] as const;

test('the tracking page follows a delivery by every step: what is done, where it is, who brings it, what it earned', async () => {
  const kitchen = system.client('gateway', { role: 'kitchen' });
  const courier = system.client('delivery', { role: 'courier' });
  const { id: orderId } = orderOf(
    (
      await customer.ask(PlaceOrderDocument, {
        input: orderInput('DELIVERY', { addressVersionId: seedId('addressVersion', '1/1') }),
      })
    ).placeOrder,
  );
  const statuses = customer.subscribe(OrderStatusChangedDocument, { orderId });
  const page = async () => (await customer.ask(OrderTrackingPageDocument, { orderId, locale: 'DE' })).order!;
  /** The page at a status: all of the way before it is done, with its instant; nothing after it is. */
  const at = async (status: (typeof way)[number]) => {
    await statuses.next((message) => message.orderStatusChanged?.status === status, status);
    const seen = await page();
    const here = way.indexOf(status);
    expect(seen.status).toBe(status);
    expect(seen.progress.map((step) => [step.status, step.state])).toEqual(
      way.map((step, index) => [step, index < here ? 'DONE' : index === here ? 'CURRENT' : 'AHEAD']),
    );
    expect(seen.progress.every(({ state, at: instant }) => (instant === null) === (state === 'AHEAD'))).toBe(true);
    return seen;
  };

  const confirmed = await at('CONFIRMED');
  expect(confirmed).toMatchObject({
    service: 'DELIVERY',
    cancellable: true,
    taxInclusive: true,
    store: { id: demoStore, address: { city: 'Berlin' }, timeZone: 'Europe/Berlin' },
    lines: [
      { name: 'Cheeseburger', quantity: 2, unitPrice: { amount: 640, currency: 'EUR' }, total: { amount: 1280 } },
    ],
    subtotal: { amount: 1280 },
    payment: { status: 'AUTHORISED' },
    pointsEarned: null,
  });
  expect(confirmed.total.amount).toBe(1280 + (confirmed.deliveryFee?.amount ?? NaN));
  expect(confirmed.lines[0]?.item?.pictureSet).toMatch(/^http:/);

  expect((await kitchen.ask(startPreparation, { orderId })).result.__typename).toBe('StartPreparationSuccess');
  expect((await at('PREPARING')).cancellable).toBe(false);
  const { latitude, longitude } = confirmed.store!.position;
  await courier.ask(ReportPositionDocument, { position: { latitude, longitude } });
  const job = await until(async () => (await courier.ask(OpenJobsDocument, {})).openJobs?.[0], {
    what: 'the job is offered',
  });
  expect((await courier.ask(AcceptJobDocument, { deliveryId: job.id })).acceptJob.__typename).toBe('AcceptJobSuccess');
  expect((await page()).delivery).toMatchObject({
    status: 'ASSIGNED',
    courier: { id: seedId('courier', 1), displayName: 'Kim' },
  });
  expect((await kitchen.ask(markReady, { orderId })).result.__typename).toBe('MarkReadySuccess');
  expect((await at('READY')).payment).toBeTruthy();

  const report = async (status: 'PICKED_UP' | 'DELIVERED') =>
    (await courier.ask(ReportDeliveryStatusDocument, { input: { deliveryId: job.id, status } })).reportDeliveryStatus
      .__typename;
  await until(async () => (await report('PICKED_UP')) === 'ReportDeliveryStatusSuccess', {
    what: 'the courier may take it',
  });
  const onTheWay = await at('OUT_FOR_DELIVERY');
  expect(onTheWay.delivery).toMatchObject({
    status: 'PICKED_UP',
    courier: { position: { position: { latitude, longitude } } },
  });
  expect(await report('DELIVERED')).toBe('ReportDeliveryStatusSuccess');

  const done = await at('COMPLETED');
  expect(done.timeline.map(({ version }) => version)).toEqual(done.timeline.map((_, index) => index + 1));
  expect(done.payment).toMatchObject({
    status: 'CAPTURED',
    captured: { amount: confirmed.total.amount },
    refunded: { amount: 0 },
  });
  // Where it went is not kept, and the courier is followed no longer.
  expect(done.delivery).toMatchObject({
    status: 'DELIVERED',
    dropoff: null,
    courier: { displayName: 'Kim', position: null },
  });
  await until(async () => ((await page()).pointsEarned ?? 0) > 0, { what: 'points' });
});
