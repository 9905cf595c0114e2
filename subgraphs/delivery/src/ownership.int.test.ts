import { describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import type { Principal } from '#platform/identity/principal.ts';
import { nobody } from '#platform/testkit/testSubgraph.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import {
  accept,
  admin,
  ask,
  commands,
  cooked,
  courier,
  customer,
  dispatched,
  door,
  graph,
  manager,
  pickedUp,
  report,
  startDelivery,
  store,
  strangers,
} from './testing/deliveryGraph.ts';

startDelivery();

describe('who sees a delivery', () => {
  const look = `query ($id: ID!, $of: [_Any!]!) { delivery(id: $id) { status dropoff { latitude } store { id } order { id } courier { displayName position { position { latitude } } } }
    _entities(representations: $of) { ... on Order { delivery { id } } ... on Delivery { status } } }`;
  const see = (principal: Principal, { deliveryId, orderId }: { deliveryId: string; orderId: string }) =>
    graph.as(principal)(look, {
      id: deliveryId,
      of: [
        { __typename: 'Order', id: orderId },
        { __typename: 'Delivery', id: deliveryId },
      ],
    });

  it.each(strangers)('does not include %s, who get the answer for one that does not exist', async (_who, principal) => {
    const made = await pickedUp(8);
    const seen = await see(principal, made);
    expect(seen).toEqual(await see(principal, { deliveryId: uuidv7(), orderId: uuidv7() }));
    expect(seen.data?.['delivery']).toBeNull();
    await report(8, made.deliveryId, 'DELIVERED');
  });

  it('includes its customer, its courier, its store and admins, each for what they need', async () => {
    const made = await pickedUp(8);
    const seen = async (principal: Principal) => {
      const { data, errors } = await see(principal, made);
      expect(errors).toBeUndefined();
      return data;
    };
    const here = { position: { latitude: expect.any(Number) as number } };
    const entities = [{ delivery: { id: made.deliveryId } }, { status: 'PICKED_UP' }];
    for (const principal of [customer(1), courier(8), admin]) {
      expect(await seen(principal)).toMatchObject({
        delivery: {
          dropoff: { latitude: door.latitude },
          courier: { displayName: expect.any(String) as string, position: here },
        },
        _entities: entities,
      });
    }
    expect(await seen(manager(store.id))).toMatchObject({
      delivery: { dropoff: null, courier: { position: here } },
      _entities: entities,
    });
    await report(8, made.deliveryId, 'DELIVERED');
    for (const principal of [customer(1), courier(8), admin])
      expect(await seen(principal)).toMatchObject({ delivery: { status: 'DELIVERED', dropoff: null } });
    // The customer's food has arrived, so the customer no longer sees the courier's position.
    expect(await seen(customer(1))).toMatchObject({
      delivery: { courier: { displayName: expect.any(String) as string, position: null } },
    });
  });

  it('lists those under way for the manager of the store and for admins alone', async () => {
    const list = 'query ($storeId: ID!) { openDeliveries(storeId: $storeId) { id status courier { displayName } } }';
    const made = await pickedUp(8);
    const listed = async (principal: Principal) =>
      (await ask<{ openDeliveries: { id: string }[] | null }>(principal, list, { storeId: store.id })).openDeliveries;
    for (const principal of [manager(store.id), admin])
      expect(await listed(principal)).toContainEqual({
        id: made.deliveryId,
        status: 'PICKED_UP',
        courier: { displayName: expect.any(String) as string },
      });
    expect(await listed(manager(seedStores[1]!.id))).toBeNull();
    expect((await graph.as(courier(8))(list, { storeId: store.id })).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
    await report(8, made.deliveryId, 'DELIVERED');
    expect((await listed(admin))!.map(({ id }) => id)).not.toContain(made.deliveryId);
  });

  it('includes every courier while it is open, without the door', async () => {
    const made = await dispatched();
    const answer = await ask(
      courier(9),
      `query ($id: ID!) { delivery(id: $id) { status pickup { latitude } dropoff { latitude } doorstep { givenName } } }`,
      { id: made.deliveryId },
    );
    expect(answer).toEqual({
      delivery: { status: 'REQUESTED', pickup: { latitude: store.latitude }, dropoff: null, doorstep: null },
    });
    await accept(10, made.deliveryId);
    expect(await ask(courier(9), `query ($id: ID!) { delivery(id: $id) { status } }`, { id: made.deliveryId })).toEqual(
      { delivery: null },
    );
  });

  it('shows no door once it has ended', async () => {
    const made = await pickedUp(11);
    const row = () => graph.domain.db.delivery.findUniqueOrThrow({ where: { id: made.deliveryId } });
    expect((await row()).dropoff).not.toBeNull();
    await report(11, made.deliveryId, 'DELIVERED');
    expect(await row()).toMatchObject({ dropoff: null, wrappedKey: null });
  });
});

describe('the doorstep and the telephone number', () => {
  const asked = 'query ($id: ID!) { delivery(id: $id) { status doorstep { givenName phone line1 instructions } } }';
  const doorstepFor = async (principal: Principal, deliveryId: string) =>
    (await graph.as(principal)(asked, { id: deliveryId })).data?.['delivery'] as
      { doorstep: object | null } | null | undefined;

  it('are shown to the courier who goes there, and to nobody else who may see the delivery', async () => {
    const { deliveryId } = await pickedUp(6);
    expect(await doorstepFor(courier(6), deliveryId)).toMatchObject({
      doorstep: { givenName: 'Ada', phone: '+4930123456', line1: 'Lindenallee 3' },
    });
    expect(await doorstepFor(courier(7), deliveryId)).toBeNull();
    expect(await doorstepFor(admin, deliveryId)).toMatchObject({ status: 'PICKED_UP', doorstep: null });
    for (const principal of [customer(1), manager(store.id)]) {
      expect((await graph.as(principal)(asked, { id: deliveryId })).errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN' } },
      ]);
    }
    await report(6, deliveryId, 'DELIVERED');
  });

  it.each(['DELIVERED', 'FAILED', 'CANCELLED'] as const)(
    'knows nobody once the delivery is %s, not even who was there',
    async (end) => {
      const { deliveryId, orderId } = await pickedUp(6);
      if (end === 'CANCELLED') await commands().cancel({ orderId, reason: 'TEST' });
      else await report(6, deliveryId, end, end === 'FAILED' ? 'CUSTOMER_NOT_FOUND' : undefined);
      expect(await doorstepFor(courier(6), deliveryId)).toEqual({ status: end, doorstep: null });
      expect(await ask(courier(6), '{ myJobs { doorstep { phone } } }')).toEqual({ myJobs: [] });
    },
  );
});

describe('a report of a courier', () => {
  it('is accepted whatever position their device has', async () => {
    const { deliveryId } = await pickedUp(6);
    await ask(
      courier(6),
      'mutation { reportPosition(position: { latitude: -33.9, longitude: 151.2 }) { __typename } }',
    );
    expect(await report(6, deliveryId, 'DELIVERED')).toMatchObject({
      reportDeliveryStatus: { delivery: { status: 'DELIVERED' } },
    });
  });
});

describe('who sees a courier', () => {
  const position = `query ($id: ID!, $of: [_Any!]!) { courierPosition(courierId: $id) { at } _entities(representations: $of) { ... on Courier { displayName position { at } } } }`;
  const seen = (principal: Principal, n: number) =>
    graph.as(principal)(position, {
      id: seedId('courier', n),
      of: [{ __typename: 'Courier', id: seedId('courier', n) }],
    });

  it('includes a customer only while the courier is on the way to them', async () => {
    const { deliveryId, orderId } = await dispatched();
    const nothing = { data: { courierPosition: null, _entities: [null] } };
    expect(await seen(customer(1), 12)).toEqual(nothing);
    await accept(12, deliveryId);
    expect(await seen(customer(1), 12)).toMatchObject({
      data: { courierPosition: null, _entities: [{ displayName: expect.any(String) as string, position: null }] },
    });
    await cooked(orderId);
    await report(12, deliveryId, 'PICKED_UP');
    expect(await seen(customer(1), 12)).toMatchObject({
      data: { courierPosition: { at: expect.any(String) as string } },
    });
    for (const principal of [customer(2), manager(seedStores[1]!.id), courier(13)])
      expect(await seen(principal, 12)).toEqual(nothing);
    await report(12, deliveryId, 'DELIVERED');
    expect(await seen(customer(1), 12)).toMatchObject({ data: { courierPosition: null } });
    expect((await seen(nobody, 12)).errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
  });
});

describe('a list of orders', () => {
  it('costs as many statements for 50 as for 5', async () => {
    const orders = await Promise.all(Array.from({ length: 50 }, () => dispatched()));
    await graph.domain.db.delivery.updateMany({
      where: { orderId: { in: orders.map(({ orderId }) => orderId) } },
      data: { courierId: seedId('courier', 20), status: 'PICKED_UP' },
    });
    const load = async (count: number) => {
      const { _entities } = await ask<{ _entities: { delivery: object | null }[] }>(
        customer(1),
        `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Order {
        delivery { status readyForPickup dropoff { latitude } courier { displayName position { at } } } } } }`,
        { of: orders.slice(0, count).map(({ orderId }) => ({ __typename: 'Order', id: orderId })) },
      );
      expect(_entities.filter((each) => each.delivery)).toHaveLength(count);
    };
    // Background loops of the platform use the same pool now and then, so the lowest of several counts is the one of
    // the request alone.
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
