import type { Charge } from '#generated/memberships/prisma/client.ts';
import { failPoint } from '#platform/faults/failPoint.ts';
import { dayOf } from '../calendar.ts';
import type { OwnMembership } from '../commands/changeMembership.ts';
import type { Memberships, Tx } from '../context.ts';
import { afterRefusals, beginOn, endOf, renew, triedOn } from '../membership.ts';
import { lockMembership, moneyMoved, record } from '../record.ts';
import { authorise, capture, voidHeld, type Declined } from './payment.ts';

/**
 * Takes the money of a charge that has no outcome yet, and does what follows from it. Several may try at once, and
 * each may die at any point: the keys move the money once, and the first to settle counts.
 */
export async function settleCharge(domain: Memberships, charge: Charge): Promise<void> {
  failPoint('memberships.chargeWritten');
  const membership = await domain.db.membership.findUniqueOrThrow({ where: { id: charge.membershipId } });
  const answer = await take(domain, charge, () => authorise(domain, charge, membership));
  failPoint('memberships.moneyTaken');
  await domain.transaction(async (tx) => {
    const own = await lockMembership(tx, charge.membershipId);
    const open = await tx.charge.findFirst({ where: { id: charge.id, status: 'REQUESTED' } });
    if (!own || !open) return;
    const settledAt = domain.clock();
    if (answer) {
      await tx.charge.update({
        where: { id: charge.id },
        data: { status: 'DECLINED', reason: answer.declined, settledAt },
      });
      if (charge.kind === 'RENEWAL') return owe(domain, tx, own, answer);
      const { id, timeZone } = own.membership;
      await tx.membership.update({ where: { id }, data: { dueAt: endOf(own.membership, timeZone) } });
      return;
    }
    await tx.charge.update({ where: { id: charge.id }, data: { status: 'CAPTURED', settledAt } });
    await begin(domain, tx, own, charge);
  });
}

async function take(
  domain: Memberships,
  charge: Charge,
  hold: () => Promise<Declined | undefined>,
): Promise<Declined | undefined> {
  const declined = await hold();
  if (declined) return declined;
  const refused = await capture(domain, charge.id);
  if (refused) await voidHeld(domain, charge.id);
  return refused;
}

/** Lets the period begin that the charge has paid for. */
async function begin(domain: Memberships, tx: Tx, own: OwnMembership, charge: Charge): Promise<void> {
  const { membership, plan } = own;
  const at = domain.clock();
  // Another plan takes back the member's own wish to end; an erasure that was heard while the money was taken stays.
  const erased = membership.reason === 'ERASED';
  const next = await tx.plan.findUniqueOrThrow({ where: { id: charge.planId } });
  const course =
    charge.kind === 'RENEWAL'
      ? renew(membership, next, charge.worth, plan.thenPlanId !== null)
      : beginOn(dayOf(charge.createdAt, membership.timeZone), next, charge.worth);
  await record(domain, tx, own, {
    what: charge.kind === 'RENEWAL' ? 'RENEWED' : 'PLAN_CHANGED',
    set: {
      ...course,
      planId: next.id,
      status: 'ACTIVE',
      reason: erased ? membership.reason : null,
      cancelAtEnd: erased,
      tries: 0,
      dueAt: endOf(course, membership.timeZone),
    },
    besides: [moneyMoved(membership, 'CHARGED', { chargeId: charge.id, amount: charge.amount, at })],
  });
}

/** Notes that a renewal was refused, and when it is tried again, or when the grace ends. */
async function owe(domain: Memberships, tx: Tx, own: OwnMembership, { declined }: Declined): Promise<void> {
  const { membership } = own;
  const tries = membership.tries + 1;
  await record(domain, tx, own, {
    what: tries < triedOn.length ? 'PAYMENT_FAILED' : 'GRACE_STARTED',
    reason: declined,
    set: {
      status: 'PAST_DUE',
      reason: declined,
      tries,
      dueAt: afterRefusals(membership, tries, membership.timeZone),
    },
  });
}
