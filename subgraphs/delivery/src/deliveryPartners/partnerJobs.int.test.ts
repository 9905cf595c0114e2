import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { DeliveryNoticeService } from '#generated/proto/drburger/delivery/v1/delivery_pb.ts';
import { until } from '#platform/testkit/until.ts';
import {
  accept,
  ask,
  commands,
  courier,
  dispatched,
  graph,
  manager,
  startDelivery,
  store,
  strangers,
  told,
} from '../testing/deliveryGraph.ts';
import { partnersOfTests, type PartnersOfTests } from '../testing/partnersOfTests.ts';
import { jobGauges } from './jobGauges.ts';
import type { PartnerName } from './deliveryPartner.ts';

let partners: PartnersOfTests;
startDelivery(async () => {
  partners = await partnersOfTests();
  return partners.configuration;
});
afterAll(() => partners.close());

const staff = manager(store.id);

/** Sets the rule of the store, as its manager does. */
async function rule(choice: string, names: readonly PartnerName[], ownCourierSeconds = 3_600): Promise<void> {
  const { carrierRule } = await ask<{ carrierRule: { version: number } }>(
    staff,
    'query ($id: ID!) { carrierRule(storeId: $id) { version } }',
    { id: store.id },
  );
  const { setCarrierRule } = await ask<{ setCarrierRule: { __typename: string } }>(staff, setRule, {
    input: {
      idempotencyKey: uuidv7(),
      storeId: store.id,
      expectedVersion: carrierRule.version,
      choice,
      partners: names,
      ownCourierSeconds,
    },
  });
  expect(setCarrierRule.__typename).toBe('CarrierRuleSet');
}
const setRule = `mutation ($input: SetCarrierRuleInput!) { setCarrierRule(input: $input) { __typename
  ... on CarrierRuleSet { rule { version choice partners ownCourierSeconds availablePartners } }
  ... on CarrierRuleChangedMeanwhile { changedFields rule { version } } ... on DeliveryInputInvalid { field message } } }`;

const jobsOf = (deliveryId: string) =>
  graph.domain.db.partnerJob.findMany({ where: { deliveryId }, orderBy: { createdAt: 'asc' } });
const statusesOf = async (deliveryId: string) =>
  (await jobsOf(deliveryId)).map(({ partner, status, reason }) => [partner, status, reason].filter(Boolean).join(' '));
const placed = (deliveryId: string) =>
  until(async () => (await jobsOf(deliveryId)).find(({ status }) => status === 'PLACED'), { timeoutMs: 20_000 });
const statuses = async (deliveryId: string) => (await told(deliveryId)).map(({ to }) => to);
const note = (partner: string, reference: string) =>
  graph.client(DeliveryNoticeService).noteJob({ partner, reference });
/** Makes the time come for what waits, as if it had passed. */
const hurry = async (deliveryId: string) => {
  const now = new Date();
  await graph.domain.db.delivery.updateMany({
    where: { id: deliveryId, nextCarrierAt: { not: null } },
    data: { nextCarrierAt: now },
  });
  await graph.domain.db.partnerJob.updateMany({ where: { deliveryId, dueAt: { not: null } }, data: { dueAt: now } });
};
/** All lines of both ledgers for the jobs of a delivery. */
const ledgers = async (deliveryId: string) =>
  Promise.all(
    (await jobsOf(deliveryId)).map(async ({ id, partner }) => [
      partner,
      ...(await partners.ledger(partner as PartnerName, id)),
    ]),
  );

beforeEach(async () => {
  for (const name of ['VELO', 'STADTBOTE'] as const) await partners.behave(name, {});
});

describe('a delivery by a partner', () => {
  it.each(['VELO', 'STADTBOTE'] as const)('goes from placed to delivered at %s, told once each', async (name) => {
    await rule('PARTNERS', [name]);
    const { deliveryId } = await dispatched();
    const { id: reference } = await placed(deliveryId);
    expect(await accept(1, deliveryId)).toEqual({ acceptJob: { __typename: 'DeliveryJobTaken' } });
    await partners.advance(name, reference, 'assigned');
    await partners.locate(name, reference, { latitude: 52.5, longitude: 13.4 });
    for (let n = 0; n < 2; n++) await note(name, reference);
    expect(await statuses(deliveryId)).toEqual(['REQUESTED', 'ASSIGNED']);
    const shown = await ask(
      staff,
      'query ($id: ID!) { delivery(id: $id) { courier { id } partnerCourier { partner position { latitude longitude } } } }',
      { id: deliveryId },
    );
    expect(shown).toEqual({
      delivery: { courier: null, partnerCourier: { partner: name, position: { latitude: 52.5, longitude: 13.4 } } },
    });
    await partners.advance(name, reference, 'collected');
    await partners.advance(name, reference, 'delivered');
    await note(name, reference);
    await note(name, reference);
    expect(await statuses(deliveryId)).toEqual(['REQUESTED', 'ASSIGNED', 'PICKED_UP', 'DELIVERED']);
    expect(await jobsOf(deliveryId)).toMatchObject([{ status: 'DELIVERED', latitude: null, dueAt: null }]);
  });

  it('has one job though answers are lost and notices come before them', async () => {
    await rule('PARTNERS', ['STADTBOTE', 'VELO']);
    await partners.behave('STADTBOTE', { loseAnswers: 10 });
    const { deliveryId } = await dispatched();
    const job = await until(async () => (await jobsOf(deliveryId)).find(({ perhapsHeard }) => perhapsHeard));
    await until(async () => (await partners.ledger('STADTBOTE', job.id)).length > 0);
    await note('STADTBOTE', job.id);
    await until(async () => (await placed(deliveryId)).id === job.id);
    expect(await ledgers(deliveryId)).toEqual([['STADTBOTE', 'placed']]);
  });

  it('goes to the other partner while one is down, or declines', async () => {
    await rule('PARTNERS', ['VELO', 'STADTBOTE']);
    await partners.behave('VELO', { declineReason: 'no_riders' });
    const { deliveryId } = await dispatched();
    expect((await placed(deliveryId)).partner).toBe('STADTBOTE');
    expect(await statusesOf(deliveryId)).toEqual(['VELO REFUSED no_riders', 'STADTBOTE PLACED']);
  });

  it('goes to the other partner when one may have it but does not answer, which is called off later', async () => {
    await rule('PARTNERS', ['VELO', 'STADTBOTE']);
    await partners.behave('VELO', { available: false });
    const { deliveryId } = await dispatched();
    await until(async () => (await jobsOf(deliveryId))[0]?.perhapsHeard, { timeoutMs: 20_000 });
    const minutesAgo = new Date(Date.now() - 600_000);
    await graph.domain.db.partnerJob.updateMany({ where: { deliveryId }, data: { createdAt: minutesAgo } });
    await until(
      async () => {
        await hurry(deliveryId);
        return (await statusesOf(deliveryId)).includes('STADTBOTE PLACED');
      },
      { timeoutMs: 20_000 },
    );
    expect((await statusesOf(deliveryId))[0]).toBe('VELO CALLING_OFF');
    await partners.behave('VELO', {});
    await until(
      async () => {
        await hurry(deliveryId);
        return (await statusesOf(deliveryId))[0] === 'VELO CALLED_OFF';
      },
      { timeoutMs: 20_000 },
    );
    expect(await ledgers(deliveryId)).toEqual([['VELO'], ['STADTBOTE', 'placed']]);
  });

  it.each([
    ['CHEAPEST', { price: 700, minutes: 10 }, { price: 300, minutes: 50 }, 'STADTBOTE'],
    ['FASTEST', { price: 700, minutes: 10 }, { price: 300, minutes: 50 }, 'VELO'],
  ] as const)('is given to the one that is %s', async (choice, velo, stadtbote, expected) => {
    await rule(choice, ['VELO', 'STADTBOTE']);
    await partners.behave('VELO', velo);
    await partners.behave('STADTBOTE', stadtbote);
    const { deliveryId } = await dispatched();
    expect((await placed(deliveryId)).partner).toBe(expected);
  });

  it('is brought by somebody else when its partner gives it up before it has the food', async () => {
    await rule('PARTNERS', ['VELO', 'STADTBOTE']);
    const { deliveryId } = await dispatched();
    const { id } = await placed(deliveryId);
    await partners.advance('VELO', id, 'assigned');
    await note('VELO', id);
    await partners.advance('VELO', id, 'failed', 'accident');
    await note('VELO', id);
    await until(async () => (await statusesOf(deliveryId)).includes('STADTBOTE PLACED'), { timeoutMs: 20_000 });
    expect(await statuses(deliveryId)).toEqual(['REQUESTED', 'ASSIGNED', 'REQUESTED']);
    expect(await statusesOf(deliveryId)).toEqual(['VELO GIVEN_UP accident', 'STADTBOTE PLACED']);
  });

  it('fails when the partner has the food and cannot deliver', async () => {
    await rule('PARTNERS', ['VELO', 'STADTBOTE']);
    const { deliveryId } = await dispatched();
    const { id } = await placed(deliveryId);
    for (const to of ['assigned', 'collected']) await partners.advance('VELO', id, to);
    await note('VELO', id);
    await partners.advance('VELO', id, 'failed', 'customer_not_found');
    await note('VELO', id);
    expect((await told(deliveryId)).at(-1)).toMatchObject({ to: 'FAILED', reason: 'CUSTOMER_NOT_FOUND' });
  });

  it('refuses notices about jobs of others and of nobody', async () => {
    await rule('PARTNERS', ['VELO']);
    const { deliveryId } = await dispatched();
    const { id } = await placed(deliveryId);
    await expect(note('STADTBOTE', id)).rejects.toThrow('not_found');
    await expect(note('VELO', uuidv7())).rejects.toThrow('not_found');
    await expect(note('NOBODY', id)).rejects.toThrow('invalid_argument');
  });
});

describe('cancelling an order that a partner has', () => {
  const cancel = (orderId: string, unlessPickedUp = false) =>
    commands().cancel({ orderId, reason: 'CUSTOMER_CANCELLED', unlessPickedUp });

  it('cancels the job, also when the answer is lost', async () => {
    await rule('PARTNERS', ['VELO']);
    const { deliveryId, orderId } = await dispatched();
    const { id } = await placed(deliveryId);
    await partners.behave('VELO', { loseAnswers: 3 });
    expect(await cancel(orderId)).toMatchObject({ cancelled: true });
    await until(async () => {
      await hurry(deliveryId);
      return (await statusesOf(deliveryId))[0] === 'VELO CALLED_OFF';
    });
    expect(await partners.ledger('VELO', id)).toEqual(['placed', 'cancelled']);
    expect(await statuses(deliveryId)).toEqual(['REQUESTED', 'CANCELLED']);
  });

  it('follows a courier who has the food already until that has ended, and counts them', async () => {
    const gauges = async () => {
      const told: Record<string, number> = {};
      await jobGauges(graph.domain, (_gauge, { state }: { state?: string }, value) => void (told[state ?? ''] = value));
      return told;
    };
    const before = await gauges();
    await rule('PARTNERS', ['VELO']);
    const { deliveryId, orderId } = await dispatched();
    const { id } = await placed(deliveryId);
    // The courier takes the food while the partner is not to be reached, so that nobody here knows of it.
    await partners.behave('VELO', { callbackTimes: 0 });
    for (const to of ['assigned', 'collected']) await partners.advance('VELO', id, to);
    expect(await cancel(orderId)).toMatchObject({ cancelled: true });
    const becomes = (status: string) =>
      until(async () => {
        await hurry(deliveryId);
        return (await statusesOf(deliveryId))[0] === status;
      });
    await becomes('VELO NOT_CALLED_OFF picked_up');
    expect(await gauges()).toEqual({ under_way: before['under_way']! + 1, ended: before['ended'] });
    await partners.advance('VELO', id, 'delivered');
    await becomes('VELO NOT_CALLED_OFF delivered');
    expect((await jobsOf(deliveryId))[0]).toMatchObject({ dueAt: null, settledAt: expect.any(Date) as Date });
    expect(await gauges()).toEqual({ under_way: before['under_way'], ended: before['ended']! + 1 });
    expect(await statuses(deliveryId)).toEqual(['REQUESTED', 'CANCELLED']);
  });

  it('asks the partner where the food is, whose word counts more than what was told', async () => {
    await rule('PARTNERS', ['STADTBOTE']);
    const { deliveryId, orderId } = await dispatched();
    const { id } = await placed(deliveryId);
    for (const to of ['assigned', 'collected']) await partners.advance('STADTBOTE', id, to);
    expect(await cancel(orderId, true)).toMatchObject({ cancelled: false });
    expect(await statuses(deliveryId)).toEqual(['REQUESTED', 'ASSIGNED', 'PICKED_UP']);
  });

  it('is answered with unavailable when that partner does not say, and nothing is cancelled', async () => {
    await rule('PARTNERS', ['STADTBOTE']);
    const { deliveryId, orderId } = await dispatched();
    const { id } = await placed(deliveryId);
    await partners.behave('STADTBOTE', { available: false });
    await expect(cancel(orderId, true)).rejects.toThrow('unavailable');
    expect(await statuses(deliveryId)).toEqual(['REQUESTED']);
    await partners.behave('STADTBOTE', {});
    await until(
      () =>
        cancel(orderId, true).then(
          ({ cancelled }) => cancelled,
          () => false,
        ),
      { timeoutMs: 20_000 },
    );
    await until(async () => (await partners.ledger('STADTBOTE', id)).includes('cancelled'));
  });
});

describe('a job that a courier gives back', () => {
  const giveBack = (n: number, deliveryId: string) =>
    ask<{ giveBackJob: { __typename: string } }>(
      courier(n),
      'mutation ($id: ID!) { giveBackJob(deliveryId: $id) { __typename } }',
      { id: deliveryId },
    ).then(({ giveBackJob }) => giveBackJob.__typename);
  const openJobs = async (n: number) =>
    (await ask<{ openJobs: { id: string }[] }>(courier(n), '{ openJobs(first: 50) { id } }')).openJobs.map(
      ({ id }) => id,
    );

  it('is offered to another, then to a partner, and only then fails', async () => {
    await rule('OWN_COURIERS', ['VELO', 'STADTBOTE']);
    for (const name of ['VELO', 'STADTBOTE'] as const) await partners.behave(name, { declineReason: 'no_riders' });
    const { deliveryId } = await dispatched();
    await accept(2, deliveryId);
    expect(await giveBack(3, deliveryId)).toBe('DeliveryNotFound');
    expect(await giveBack(2, deliveryId)).toBe('GiveBackJobSuccess');
    expect(await giveBack(2, deliveryId)).toBe('GiveBackJobSuccess');
    expect(await openJobs(2)).not.toContain(deliveryId);
    expect(await openJobs(3)).toContain(deliveryId);
    expect(await statusesOf(deliveryId)).toEqual([]);
    await hurry(deliveryId);
    await until(async () => (await statuses(deliveryId)).at(-1) === 'FAILED', { timeoutMs: 20_000 });
    expect(await statusesOf(deliveryId)).toEqual(['VELO REFUSED no_riders', 'STADTBOTE REFUSED no_riders']);
    expect((await told(deliveryId)).map(({ to, reason }) => [to, reason])).toEqual([
      ['REQUESTED', null],
      ['ASSIGNED', null],
      ['REQUESTED', null],
      ['FAILED', 'NO_COURIER'],
    ]);
  });

  it('is brought by a partner when no other courier takes it', async () => {
    await rule('OWN_COURIERS', ['VELO']);
    const { deliveryId } = await dispatched();
    await accept(2, deliveryId);
    await giveBack(2, deliveryId);
    await hurry(deliveryId);
    expect((await placed(deliveryId)).partner).toBe('VELO');
  });

  it('stays with a courier who has the food', async () => {
    await rule('OWN_COURIERS', []);
    const { deliveryId, orderId } = await dispatched();
    await accept(2, deliveryId);
    await graph.domain.db.delivery.update({ where: { id: deliveryId }, data: { status: 'PICKED_UP' } });
    expect(await giveBack(2, deliveryId)).toBe('DeliveryStatusNotPossible');
    await commands().cancel({ orderId, reason: 'TEST' });
  });
});

describe('the rule of a store', () => {
  const set = (input: object, principal = staff) =>
    ask<{ setCarrierRule: Record<string, unknown> }>(principal, setRule, {
      input: {
        idempotencyKey: uuidv7(),
        storeId: store.id,
        expectedVersion: 0,
        choice: 'PARTNERS',
        partners: ['VELO'],
        ...input,
      },
    }).then(({ setCarrierRule }) => setCarrierRule);

  it('is set once for a key, and not over a change that was not seen', async () => {
    await rule('OWN_COURIERS', ['VELO']);
    expect(await set({})).toMatchObject({ __typename: 'CarrierRuleChangedMeanwhile' });
  });

  it.each([
    [{ partners: [] }, 'partners'],
    [{ partners: ['VELO', 'VELO'] }, 'partners'],
    [{ ownCourierSeconds: 5 }, 'ownCourierSeconds'],
    [{ storeId: 'x' }, 'storeId'],
  ])('refuses %j', async (over, field) => {
    expect(await set(over)).toMatchObject({ __typename: 'DeliveryInputInvalid', field });
  });

  it.each(strangers)('is neither shown to %s nor set by them', async (_who, principal) => {
    const query = await graph.as(principal)('query ($id: ID!) { carrierRule(storeId: $id) { version } }', {
      id: store.id,
    });
    expect(query.data?.['carrierRule'] ?? null).toBeNull();
    const changed = await graph.as(principal)(setRule, {
      input: {
        idempotencyKey: uuidv7(),
        storeId: store.id,
        expectedVersion: 0,
        choice: 'PARTNERS',
        partners: ['VELO'],
      },
    });
    expect(JSON.stringify(changed)).not.toContain('CarrierRuleSet');
  });
});
