import { beforeAll, expect, test } from 'vitest';
import {
  AcceptJobDocument,
  JobScreenDocument,
  OpenJobsDocument,
  PositionChangedDocument,
  ReportDeliveryStatusDocument,
  ReportPositionDocument,
  RouteChangedDocument,
  RouteScreenDocument,
  ShiftScreenDocument,
} from '#generated/bffs/delivery/operations.ts';
import { PlaceOrderDocument } from '#generated/bffs/mobile/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { overTheWire } from '../harness/overTheWire.ts';
import { orderInput, orderOf } from '../harness/placing.ts';
import { markReady, setOpeningException, startPreparation } from '../harness/staffDocuments.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';

let system: TestSystem;
let courier: ChannelClient;
// Not the one whom other scenarios ask about.
const courierId = seedId('courier', 2);
beforeAll(async () => {
  system = await sharedSystem();
  courier = system.client('delivery', { role: 'courier', subject: courierId });
});

const [berlin, hamburg] = seedStores as [(typeof seedStores)[number], (typeof seedStores)[number]];
const eventsOf = async (type: string, where: string, value: string): Promise<number> =>
  (
    await system
      .subgraph('delivery')
      .domain.pool.query(`SELECT FROM platform.event WHERE type = $1 AND data ->> '${where}' = $2`, [type, value])
  ).rowCount ?? 0;
const moveTo = async ({ latitude, longitude }: { latitude: number; longitude: number }) =>
  expect(
    (await courier.ask(ReportPositionDocument, { position: { latitude, longitude } })).reportPosition.__typename,
  ).toBe('ReportPositionSuccess');

test('hundreds of positions in a row: whoever follows sees at most one frame a second, and the last one', async () => {
  const token = await system.tokenFor({ role: 'courier', subject: courierId });
  const stream = courier.subscribe(PositionChangedDocument, { courierId });
  await stream.next(() => true, 'the snapshot');
  const begun = performance.now();
  const report = async (n: number) => {
    const { body } = await overTheWire(system.urlOf('delivery'), token, ReportPositionDocument, {
      position: { latitude: 50 + n / 10_000, longitude: 13 },
    });
    expect(body).toMatchObject({ data: { reportPosition: { __typename: 'ReportPositionSuccess' } } });
  };
  let next = 1;
  const device = async () => {
    while (next < 300) await report(next++);
  };
  await Promise.all(Array.from({ length: 20 }, device));
  await report(300);

  const last = await stream.next(
    (message) => message.courierPositionChanged?.position.latitude === 50.03,
    'the last position',
  );
  const seconds = (performance.now() - begun) / 1_000;
  expect(stream.messages.at(-1)).toEqual(last);
  // The snapshot, the first at once, then one for each second that went by.
  expect(stream.messages.length).toBeLessThanOrEqual(2 + Math.ceil(seconds));
  expect(await eventsOf('DeliveryCourierMoved', 'courierId', courierId)).toBeLessThanOrEqual(1 + Math.ceil(seconds));
  expect((await courier.ask(ShiftScreenDocument, {})).myCourier?.position?.position).toMatchObject({
    latitude: 50.03,
    longitude: 13,
  });
  stream.stop();
});

/** A delivery that is being cooked, so that couriers are asked for. */
async function cooking(customer: number, store: { readonly id: string }): Promise<string> {
  const input = orderInput('DELIVERY', {
    storeId: store.id,
    addressVersionId: seedId('addressVersion', `${customer}/1`),
  });
  const { id: orderId } = orderOf(
    (
      await system
        .client('mobile', { role: 'customer', subject: seedId('customer', customer) })
        .ask(PlaceOrderDocument, { input })
    ).placeOrder,
  );
  const kitchen = system.client('gateway', { role: 'kitchen', store: store.id });
  await until(
    async () => (await kitchen.ask(startPreparation, { orderId })).result.__typename === 'StartPreparationSuccess',
    { what: 'the kitchen starts', timeoutMs: 30_000 },
  );
  return orderId;
}

/** The demo store never closes; the other one is opened by its manager, whatever the hour. */
async function openToday(storeId: string): Promise<void> {
  const input = {
    storeId,
    date: new Date().toLocaleDateString('sv-SE', { timeZone: 'Europe/Berlin' }),
    intervals: [{ opens: '00:00', closes: '00:00' }],
  };
  const { result } = await system
    .client('gateway', { role: 'manager', store: storeId })
    .ask(setOpeningException, { input });
  expect(result.__typename).toBe('SetOpeningExceptionSuccess');
}

test('jobs and the next stop are nearest first as the courier moves; a status sent three times is one event', async () => {
  await openToday(hamburg.id);
  const [here, there] = await Promise.all([cooking(1, berlin), cooking(4, hamburg)]);
  await moveTo(berlin);
  const openHere = await until(
    async () => {
      const { openJobs } = await courier.ask(OpenJobsDocument, {});
      return openJobs?.length === 2 && openJobs;
    },
    { what: 'both jobs are offered' },
  );
  expect(openHere.map(({ store }) => store?.id)).toEqual([berlin.id, hamburg.id]);
  await moveTo(hamburg);
  const { openJobs } = await courier.ask(OpenJobsDocument, {});
  expect(openJobs?.map(({ id }) => id)).toEqual(openHere.map(({ id }) => id).reverse());
  expect(
    (await courier.ask(OpenJobsDocument, { withinMetres: 5_000 })).openJobs?.map(({ store }) => store?.id),
  ).toEqual([hamburg.id]);

  const [inBerlin, inHamburg] = openHere.map(({ id }) => id) as [string, string];
  const route = courier.subscribe(RouteChangedDocument, {});
  const heard = (jobs: readonly string[], kind: 'PICKUP' | 'DROPOFF') =>
    route.next(
      ({ myRouteChanged: now }) =>
        JSON.stringify(now?.jobs.map(({ id }) => id)) === JSON.stringify(jobs) &&
        now?.nextStop?.kind === kind &&
        now.nextStop.delivery.id === jobs[0],
      `${kind} at the first of ${jobs.join(', ')}`,
    );
  for (const deliveryId of [inBerlin, inHamburg])
    expect((await courier.ask(AcceptJobDocument, { deliveryId })).acceptJob.__typename).toBe('AcceptJobSuccess');
  await heard([inHamburg, inBerlin], 'PICKUP');
  await moveTo(berlin);
  await heard([inBerlin, inHamburg], 'PICKUP');
  const { myRoute } = await courier.ask(RouteScreenDocument, {});
  expect(myRoute).toMatchObject({
    jobs: [{ id: inBerlin }, { id: inHamburg }],
    nextStop: { kind: 'PICKUP', distanceMetres: 0, delivery: { id: inBerlin } },
  });
  expect(myRoute?.jobs[0]?.pickupLink).toBe(`geo:${berlin.latitude},${berlin.longitude}`);

  for (const [orderId, store] of [
    [here, berlin],
    [there, hamburg],
  ] as const) {
    expect(
      (await system.client('gateway', { role: 'kitchen', store: store.id }).ask(markReady, { orderId })).result
        .__typename,
    ).toBe('MarkReadySuccess');
  }
  const report = async (status: 'PICKED_UP' | 'DELIVERED') =>
    (await courier.ask(ReportDeliveryStatusDocument, { input: { deliveryId: inBerlin, status } })).reportDeliveryStatus;
  await until(async () => (await report('PICKED_UP')).__typename === 'ReportDeliveryStatusSuccess', {
    what: 'it can be picked up',
    timeoutMs: 30_000,
  });
  const again = await Promise.all([report('PICKED_UP'), report('PICKED_UP')]);
  expect(again[0]).toMatchObject({
    __typename: 'ReportDeliveryStatusSuccess',
    delivery: { id: inBerlin, status: 'PICKED_UP' },
  });
  expect(again[1]).toEqual(again[0]);
  await heard([inBerlin, inHamburg], 'DROPOFF');
  const { delivery } = await courier.ask(JobScreenDocument, { deliveryId: inBerlin });
  expect(delivery).toMatchObject({
    order: { id: here, lines: [{ name: 'Cheeseburger', quantity: 2 }] },
    doorstep: { givenName: 'Ada', city: 'Berlin' },
  });
  const [first, ...rest] = await Promise.all([report('DELIVERED'), report('DELIVERED'), report('DELIVERED')]);
  expect(first).toMatchObject({ __typename: 'ReportDeliveryStatusSuccess', delivery: { status: 'DELIVERED' } });
  expect(rest).toEqual([first, first]);

  const { rows } = await system
    .subgraph('delivery')
    .domain.pool.query<{ to: string }>(
      `SELECT data ->> 'to' AS to FROM platform.event WHERE type = 'DeliveryStatusChanged' AND data ->> 'deliveryId' = $1 ORDER BY position`,
      [inBerlin],
    );
  expect(rows.map(({ to }) => to)).toEqual(['REQUESTED', 'ASSIGNED', 'PICKED_UP', 'DELIVERED']);
  await heard([inHamburg], 'PICKUP');
});
