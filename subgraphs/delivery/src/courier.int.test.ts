import { describe, expect, it } from 'vitest';
import { testSubgraph } from '#platform/testkit/testSubgraph.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { Deliveries } from './context.ts';
import delivery from './main.ts';
import { forgetOldTracks } from './forgetTracks.ts';
import { storePositions } from './storePositions.ts';
import {
  accept,
  admin,
  ask,
  configuration,
  cooked,
  courier,
  customer,
  dispatched,
  doorsAsked,
  graph,
  report,
  startDelivery,
} from './testing/deliveryGraph.ts';

startDelivery();

describe('a courier', () => {
  const tell = (n: number, latitude: number, longitude = 13.4) =>
    ask(
      courier(n),
      `mutation ($p: PositionInput!) { reportPosition(position: $p) { __typename ... on ReportPositionSuccess { position { position { latitude } } } ... on DeliveryInputInvalid { field } } }`,
      { p: { latitude, longitude } },
    );
  const moves = async (n: number) =>
    (await graph.appended())
      .filter(
        ({ eventType, metadata }) =>
          eventType === 'DeliveryCourierMoved' && metadata.aggregateId === `courier:${seedId('courier', n)}`,
      )
      .map(({ data }) => (data as { latitude: number }).latitude);

  it('reports a thousand positions, of which few are stored and the last one is', async () => {
    for (let n = 0; n < 1_000; n++) await tell(14, 50 + n / 1_000);
    // The position is visible at once, from memory; within a second it is in the database.
    expect(await ask(courier(14), '{ myRoute { position { latitude } } }')).toEqual({
      myRoute: { position: { latitude: 50.999 } },
    });
    await until(
      async () =>
        (await graph.domain.db.courier.findUniqueOrThrow({ where: { id: seedId('courier', 14) } })).latitude === 50.999,
    );
    const stored = await moves(14);
    expect(stored.at(-1)).toBe(50.999);
    expect(stored.length).toBeLessThan(100);
  });

  it('has their last position stored when the process shuts down', async () => {
    const other = await testSubgraph<Deliveries>(delivery, { seed: true, configuration });
    await other.as(courier(1))('mutation { reportPosition(position: { latitude: 7, longitude: 7 }) { __typename } }');
    await storePositions(other.domain).run(AbortSignal.abort());
    expect(await other.domain.db.courier.findUnique({ where: { id: seedId('courier', 1) } })).toMatchObject({
      latitude: 7,
      longitude: 7,
    });
  });

  it('leaves no track: where they were is forgotten after a day, but for what nobody has heard of yet', async () => {
    let now = new Date('2026-03-04T12:00:00Z');
    const other = await testSubgraph<Deliveries>(delivery, { seed: true, configuration, clock: () => now });
    const { domain } = other;
    const move = async (n: number, latitude: number) => {
      await other.as(courier(n))(
        `mutation { reportPosition(position: { latitude: ${latitude}, longitude: 7 }) { __typename } }`,
      );
      await storePositions(domain).run(AbortSignal.abort());
    };
    await move(1, 7);
    await move(2, 8);
    const tracks = async () => (await other.appended()).filter(({ eventType }) => eventType === 'DeliveryCourierMoved');
    const published = () => domain.pool.query('DELETE FROM platform.outbox');
    await published();
    now = new Date('2026-03-05T11:00:00Z');
    await move(2, 9);
    now = new Date('2026-03-05T12:00:01Z');
    await forgetOldTracks(domain);
    expect((await tracks()).map(({ data }) => (data as { latitude?: number }).latitude)).toEqual([9]);
    const placeOf = async (n: number) =>
      (await domain.db.courier.findUniqueOrThrow({ where: { id: seedId('courier', n) } })).latitude;
    expect([await placeOf(1), await placeOf(2)]).toEqual([null, 9]);
    now = new Date('2026-03-07T12:00:00Z');
    await forgetOldTracks(domain);
    expect(await tracks()).toHaveLength(1);
    await published();
    await forgetOldTracks(domain);
    expect(await tracks()).toEqual([]);
    // Who comes back after that counts on from where they were.
    await move(2, 10);
    expect((await tracks()).map(({ metadata }) => metadata.aggregateVersion)).toEqual([3]);
  });

  it('is told what is wrong with a position', async () => {
    expect(await tell(14, 91)).toEqual({ reportPosition: { __typename: 'DeliveryInputInvalid', field: 'position' } });
    expect(await tell(999, 50)).toEqual({ reportPosition: { __typename: 'DeliveryCourierUnknown' } });
    expect(
      (
        await graph.as(customer(1))(
          `mutation { reportPosition(position: { latitude: 1, longitude: 1 }) { __typename } }`,
        )
      ).errors?.[0]?.extensions?.['code'],
    ).toBe('FORBIDDEN');
  });

  it('has jobs and stops nearest first, as they move', async () => {
    const [near, far] = [
      await dispatched({ storeLatitude: 50.01, storeLongitude: 13.4 }),
      await dispatched({ storeLatitude: 50.02, storeLongitude: 13.4, latitude: 50.03, longitude: 13.4 }),
    ];
    const screen =
      '{ myJobs { id } nextStop { kind distanceMetres delivery { id } } myRoute { jobs { id } nextStop { kind } } }';
    expect(await ask(courier(15), screen)).toEqual({
      myJobs: [],
      nextStop: null,
      myRoute: { jobs: [], nextStop: null },
    });
    await tell(15, 50);
    const open = await ask<{ openJobs: { id: string }[] }>(
      courier(15),
      '{ openJobs(first: 50, withinMetres: 5000) { id } }',
    );
    expect(open.openJobs.map(({ id }) => id)).toEqual([near.deliveryId, far.deliveryId]);
    for (const { deliveryId } of [near, far]) await accept(15, deliveryId);
    expect(await ask(courier(15), screen)).toMatchObject({
      myJobs: [{ id: near.deliveryId }, { id: far.deliveryId }],
      nextStop: { kind: 'PICKUP', distanceMetres: 1112, delivery: { id: near.deliveryId } },
    });
    await tell(15, 50.025);
    expect(await ask(courier(15), screen)).toMatchObject({
      myJobs: [{ id: far.deliveryId }, { id: near.deliveryId }],
      nextStop: { delivery: { id: far.deliveryId } },
    });
    await cooked(far.orderId);
    await report(15, far.deliveryId, 'PICKED_UP');
    await tell(15, 50.029);
    expect(await ask(courier(15), screen)).toMatchObject({
      nextStop: { kind: 'DROPOFF', distanceMetres: 111, delivery: { id: far.deliveryId } },
    });
    const screens = (await graph.appended()).filter(
      ({ eventType, metadata }) =>
        eventType === 'DeliveryJobChanged' && metadata.feed === `courier:${seedId('courier', 15)}`,
    );
    expect(screens.map(({ data }) => (data as { status: string }).status)).toEqual([
      'ASSIGNED',
      'ASSIGNED',
      'ASSIGNED',
      'PICKED_UP',
    ]);
  });

  it('is null for callers who are not couriers', async () => {
    const { errors } = await graph.as(customer(1))('{ myJobs { id } }');
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    expect(
      await ask(admin, '{ myCourier { id } myJobs { id } openJobs { id } nextStop { kind } myRoute { courierId } }'),
    ).toEqual({ myCourier: null, myJobs: null, openJobs: null, nextStop: null, myRoute: null });
  });

  it('gets the doorsteps of all jobs by one call to customers', async () => {
    for (let n = 0; n < 5; n++) await accept(5, (await dispatched()).deliveryId);
    const before = doorsAsked;
    const { myJobs } = await ask<{ myJobs: object[] }>(
      courier(5),
      '{ myJobs { doorstep { givenName line1 line2 phone } } }',
    );
    expect(myJobs).toEqual(
      Array.from({ length: 5 }, () => ({
        doorstep: { givenName: 'Ada', line1: 'Lindenallee 3', line2: null, phone: '+4930123456' },
      })),
    );
    expect(doorsAsked).toBe(before + 1);
  });
});
