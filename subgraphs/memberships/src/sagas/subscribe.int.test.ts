import { describe, expect, it } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import { away } from '#platform/testkit/bank.ts';
import { customer, membershipsAlone } from '../testing/membershipsAlone.ts';

const world = membershipsAlone();

const settled = (chargeId: string, ...entries: string[]) =>
  until(async () => {
    expect(world.bank.of(chargeId)).toEqual(entries);
    return Promise.resolve(true);
  });

describe('the saga of a wish for a membership', () => {
  it('takes the money once, and lets the membership begin', async () => {
    const id = await world.member(customer(1));
    const [charge] = await world.chargesOf(id);
    expect(charge).toMatchObject({ kind: 'SUBSCRIPTION', status: 'CAPTURED', amount: 999 });
    await settled(charge!.id, 'authorised 999', 'captured 999');
    expect(await world.membershipOf(id)).toMatchObject({ periodStart: '2026-01-31', periodEnd: '2026-02-28' });
    expect(await world.told(id)).toEqual(['MembershipRequested', 'STARTED', 'MembershipBenefitsChanged', 'CHARGED']);
  });

  it('takes no money for a trial, which a customer has once', async () => {
    const trial = { planId: 'plus-trial', agreedPrice: 0 };
    const id = await world.member(customer(2), trial);
    expect(await world.chargesOf(id)).toEqual([]);
    expect(await world.membershipOf(id)).toMatchObject({ periodEnd: '2026-03-02', periodDays: 30 });
    expect(await world.ask(customer(2), trial)).toEqual({ kind: 'exists', membershipId: id });
  });

  it('lets a membership whose payment is declined fail, and tells it once', async () => {
    const outcome = await world.ask(customer(3), { methodToken: 'tok_declined' });
    if (outcome.kind !== 'requested') throw new Error(JSON.stringify(outcome));
    await world.reached(outcome.membershipId, 'FAILED');
    const [charge] = await world.chargesOf(outcome.membershipId);
    expect(charge).toMatchObject({ status: 'DECLINED', reason: 'insufficient_funds' });
    await settled(charge!.id, 'declined 999');
    expect(await world.told(outcome.membershipId)).toEqual(['MembershipRequested', 'FAILED']);
    // A wish that failed does not stand in the way of another.
    await world.member(customer(3));
  });

  it('pays back, and tells once, when the plan was closed while the bank was asked', async () => {
    const close = (offered: boolean) =>
      world.domain.db.plan.update({ where: { id: 'plus-yearly' }, data: { offered } });
    world.bank.interrupt = away;
    const outcome = await world.ask(customer(4), { planId: 'plus-yearly', agreedPrice: 9_990 });
    if (outcome.kind !== 'requested') throw new Error(JSON.stringify(outcome));
    await close(false);
    world.bank.interrupt = undefined;
    await world.reached(outcome.membershipId, 'FAILED');
    const [charge] = await world.chargesOf(outcome.membershipId);
    await settled(charge!.id, 'authorised 9990', 'captured 9990', 'refunded 9990');
    expect(await world.membershipOf(outcome.membershipId)).toMatchObject({ reason: 'PLAN_CLOSED' });
    expect(await world.told(outcome.membershipId)).toEqual(['MembershipRequested', 'FAILED']);
    await close(true);
  });

  it('moves the money once, also when every answer of the bank is lost', async () => {
    const lost = new Set<string>();
    world.bank.lose = (what, chargeId) => {
      if (lost.has(what + chargeId)) return;
      lost.add(what + chargeId);
      away();
    };
    const id = await world.member(customer(5));
    world.bank.lose = undefined;
    const [charge] = await world.chargesOf(id);
    expect([...lost]).toEqual([`authorised${charge!.id}`, `captured${charge!.id}`]);
    await settled(charge!.id, 'authorised 999', 'captured 999');
  });
});
