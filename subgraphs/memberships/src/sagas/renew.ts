import type { Membership, Plan, PlanPrice } from '#generated/memberships/prisma/client.ts';
import { startOf } from '../calendar.ts';
import type { Memberships, Tx } from '../context.ts';
import { endMembership } from '../endMembership.ts';
import { endOf, renew, whatIsDue } from '../membership.ts';
import { renewalPrice } from '../plans.ts';
import { lockMembership, record } from '../record.ts';

/** Does what time brings to a membership, if it is still due under its lock: a renewal is asked for, or it ends. */
export const bringDue = (domain: Memberships, membershipId: string): Promise<void> =>
  domain.transaction(async (tx) => {
    const own = await lockMembership(tx, membershipId);
    const now = domain.clock();
    if (!own || own.membership.dueAt === null || own.membership.dueAt > now) return;
    const due = whatIsDue(own.membership);
    if (due !== 'RENEWAL') return void (await endMembership(domain, tx, own, due));
    await askForRenewal(domain, tx, own.membership, own.plan);
  });

/** The plan of the next period, and what it costs the member. */
async function nextOf(tx: Pick<Tx, 'plan' | 'planPrice'>, membership: Membership, plan: Plan) {
  const next = plan.thenPlanId === null ? plan : await tx.plan.findUniqueOrThrow({ where: { id: plan.thenPlanId } });
  const begins = startOf(membership.periodEnd, membership.timeZone);
  const price = await renewalPrice(tx, next.id, membership, begins);
  if (!price) throw new Error(`the plan ${next.id} has no price in ${membership.country}`);
  return { next, price };
}

/** What the next renewal of a membership will cost, as far as the member was told; null when there will be none. */
export async function nextPriceOf({ db }: Memberships, membership: Membership): Promise<PlanPrice | null> {
  if (membership.cancelAtEnd || !['ACTIVE', 'PAST_DUE', 'PAUSED'].includes(membership.status)) return null;
  const plan = await db.plan.findUniqueOrThrow({ where: { id: membership.planId } });
  return (await nextOf(db, membership, plan)).price;
}

/** Writes the charge of the next period, which the billing loop takes; a period that costs nothing begins at once. */
async function askForRenewal(domain: Memberships, tx: Tx, membership: Membership, plan: Plan): Promise<void> {
  const { next, price } = await nextOf(tx, membership, plan);
  const { amount } = price;
  if (amount === 0) {
    const course = renew(membership, next, 0, plan.thenPlanId !== null);
    const set = { ...course, planId: next.id, status: 'ACTIVE', tries: 0, dueAt: endOf(course, membership.timeZone) };
    return void (await record(domain, tx, { membership, plan }, { what: 'RENEWED', set }));
  }
  await tx.charge.create({
    data: {
      id: domain.newId(),
      membershipId: membership.id,
      kind: 'RENEWAL',
      planId: next.id,
      status: 'REQUESTED',
      amount,
      worth: amount,
      createdAt: domain.clock(),
    },
  });
  await tx.membership.update({ where: { id: membership.id }, data: { dueAt: null } });
}
