import { describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { DeliveryQueryService } from '#generated/proto/drburger/delivery/v1/delivery_pb.ts';
import { seedId } from '#schema/seed/seedId.ts';
import {
  accept,
  admin,
  ask,
  cooked,
  courier,
  customer,
  dispatched,
  graph,
  manager,
  report,
  request,
  startDelivery,
  store,
} from './testing/deliveryGraph.ts';

startDelivery();

interface Answer {
  readonly __typename: string;
  readonly courier?: { readonly version: number };
}
let keys = 0;
async function run(mutation: string, input: object, type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`) {
  const selection = mutation === 'setDeliveryTerms' ? ofTerms : ofCourier;
  const data = await ask<Record<string, Answer>>(
    admin,
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename ... on DeliveryInputInvalid { field } ${selection} } }`,
    { input: { idempotencyKey: `key-${(keys += 1)}`, ...input } },
  );
  return data[mutation]!;
}
const ofCourier = `... on CourierEdited { courier { id displayName active available version } }
  ... on CourierChangedMeanwhile { changedFields courier { version } }`;
const ofTerms = `... on DeliveryTermsSet { terms { version tiers { upToMetres fee } } }
  ... on DeliveryTermsChangedMeanwhile { changedFields terms { version } }`;
const turn = (mutation: string, courierId: string, expectedVersion: number) =>
  run(mutation, { courierId, expectedVersion }, 'TurnCourierInput');
const eventsOf = async (type: string) =>
  (await graph.appended()).filter(({ eventType }) => eventType === type).map(({ data }) => data as object);
const available = (n: number, value = true) =>
  ask<{ setAvailability: { __typename: string } }>(
    courier(n),
    `mutation { setAvailability(available: ${value}) { __typename } }`,
  ).then(({ setAvailability }) => setAvailability.__typename);

describe('a courier of the chain', () => {
  it('is signed up once, works as soon as they say so, and is changed by who has seen them', async () => {
    const courierId = seedId('courier', 500);
    const asked = { idempotencyKey: 'sign-up', courierId, displayName: ' Mo ' };
    const first = await run('createCourier', asked);
    expect(first).toMatchObject({
      courier: { id: courierId, displayName: 'Mo', active: true, available: false, version: 1 },
    });
    expect(await run('createCourier', asked)).toEqual(first);
    expect(await run('createCourier', { courierId, displayName: 'Other' })).toMatchObject({ field: 'courierId' });
    expect(await run('createCourier', { courierId: 'x', displayName: 'Other' })).toMatchObject({ field: 'courierId' });
    expect(await available(500)).toBe('SetAvailabilitySuccess');
    const change = { courierId, expectedVersion: 1, displayName: 'Momo' };
    expect(await run('changeCourier', change)).toMatchObject({ courier: { displayName: 'Momo', version: 2 } });
    expect(await run('changeCourier', change)).toEqual({
      __typename: 'CourierChangedMeanwhile',
      changedFields: ['displayName'],
      courier: { version: 2 },
    });
    expect(await run('changeCourier', { ...change, expectedVersion: 2, displayName: ' Momo ' })).toMatchObject({
      courier: { displayName: 'Momo', version: 2 },
    });
    expect(await run('changeCourier', { ...change, expectedVersion: 2, displayName: ' ' })).toMatchObject({
      field: 'displayName',
    });
    expect((await run('changeCourier', { ...change, courierId: uuidv7() })).__typename).toBe('CourierNotFound');
  });

  it('who is deactivated finishes the job under way and gets no other; and works again once they are back', async () => {
    const courierId = seedId('courier', 21);
    const [job, other] = [await dispatched(), await dispatched()];
    await accept(21, job.deliveryId);
    expect(await turn('deactivateCourier', courierId, 1)).toMatchObject({
      courier: { active: false, available: false, version: 2 },
    });
    expect(await available(21)).toBe('DeliveryCourierDeactivated');
    expect(await ask(courier(21), '{ openJobs { id } myJobs { id } }')).toEqual({
      openJobs: [],
      myJobs: [{ id: job.deliveryId }],
    });
    expect((await accept(21, other.deliveryId)).acceptJob.__typename).toBe('DeliveryCourierUnavailable');
    await cooked(job.orderId);
    for (const status of ['PICKED_UP', 'DELIVERED'])
      expect(await report(21, job.deliveryId, status)).toMatchObject({
        reportDeliveryStatus: { delivery: { status } },
      });
    expect(await turn('reactivateCourier', courierId, 2)).toMatchObject({
      courier: { active: true, available: false },
    });
    expect(await available(21)).toBe('SetAvailabilitySuccess');
    expect((await accept(21, other.deliveryId)).acceptJob.__typename).toBe('AcceptJobSuccess');
    expect(
      (await eventsOf('DeliveryCourierChanged')).filter(
        (event) => (event as { courierId: string }).courierId === courierId,
      ),
    ).toMatchObject([{ kind: 'DEACTIVATED' }, { kind: 'REACTIVATED' }]);
  });

  it('is listed for admins, with those who left unless only the others are asked for', async () => {
    await turn('deactivateCourier', seedId('courier', 22), 1);
    const listed = async (activeOnly: boolean) =>
      (
        await ask<{ couriers: { edges: { node: { id: string } }[] } }>(
          admin,
          `{ couriers(first: 100, activeOnly: ${activeOnly}) { edges { node { id } } } }`,
        )
      ).couriers.edges.map(({ node }) => node.id);
    expect(await listed(false)).toContain(seedId('courier', 22));
    expect(await listed(true)).not.toContain(seedId('courier', 22));
    expect((await graph.as(manager(store.id))('{ couriers { edges { node { id } } } }')).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
  });
});

describe('terms of a store', () => {
  const quoted = async () =>
    (
      await ask<{ deliveryQuote: object }>(
        customer(1),
        `query ($store: ID!, $version: ID) { deliveryQuote(storeId: $store, addressVersionId: $version) {
          __typename ... on DeliveryQuote { fee { amount } } ... on DeliveryTooFar { maxMetres } } }`,
        { store: store.id, version: seedId('addressVersion', '1/1') },
      )
    ).deliveryQuote;
  const ordered = () =>
    graph
      .client(DeliveryQueryService)
      .quote({ ...request(), currency: 'EUR', exponent: 2, at: '2026-03-01T12:00:00Z' });

  it('hold for quotes and orders from then on, and make way for those of the chain', async () => {
    const set = (expectedVersion: number, ...tiers: object[]) =>
      run('setDeliveryTerms', { storeId: store.id, expectedVersion, tiers });
    expect(await quoted()).toMatchObject({ fee: { amount: 290 } });
    expect(await set(0, { upToMetres: 1_000, fee: 0 }, { upToMetres: 3_000, fee: 555 })).toMatchObject({
      terms: { version: 1, tiers: [{ upToMetres: 1_000, fee: 0 }, { fee: 555 }] },
    });
    expect(await set(1, { upToMetres: 1_000, fee: 0 }, { upToMetres: 3_000, fee: 555 })).toMatchObject({
      terms: { version: 1 },
    });
    expect(await quoted()).toMatchObject({ fee: { amount: 555 } });
    expect(await ordered()).toMatchObject({ deliverable: true, fee: 555n });
    expect(await set(0, { upToMetres: 1, fee: 1 })).toEqual({
      __typename: 'DeliveryTermsChangedMeanwhile',
      changedFields: ['tiers'],
      terms: { version: 1 },
    });
    await set(1, { upToMetres: 1_000, fee: 100 });
    expect(await quoted()).toEqual({ __typename: 'DeliveryTooFar', maxMetres: 1_000 });
    expect(await ordered()).toMatchObject({ deliverable: false });
    await set(2);
    expect(await quoted()).toMatchObject({ fee: { amount: 290 } });
  });

  it.each([
    [
      'not nearest first',
      [
        { upToMetres: 2, fee: 1 },
        { upToMetres: 2, fee: 1 },
      ],
    ],
    ['of no distance', [{ upToMetres: 0, fee: 1 }]],
    ['of a fee below zero', [{ upToMetres: 5, fee: -1 }]],
  ])('are refused when they are %s', async (_what, tiers) => {
    expect(await run('setDeliveryTerms', { storeId: store.id, expectedVersion: 0, tiers })).toMatchObject({
      field: 'tiers',
    });
  });

  it('and a rule of carriers are refused for a store that is not there', async () => {
    const [storeId, expectedVersion] = [uuidv7(), 0];
    expect(await run('setDeliveryTerms', { storeId, expectedVersion, tiers: [] })).toMatchObject({ field: 'storeId' });
    const { setCarrierRule } = await ask<Record<string, Answer>>(
      admin,
      `mutation ($input: SetCarrierRuleInput!) { setCarrierRule(input: $input) { ... on DeliveryInputInvalid { field } } }`,
      { input: { idempotencyKey: uuidv7(), storeId, expectedVersion, choice: 'OWN_COURIERS', partners: [] } },
    );
    expect(setCarrierRule).toEqual({ field: 'storeId' });
    expect(await graph.domain.db.deliveryTerms.count({ where: { storeId } })).toBe(0);
    expect(await graph.domain.db.carrierRule.count({ where: { storeId } })).toBe(0);
  });
});
