import type { Plan } from '#generated/memberships/prisma/client.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import { dayOf } from '../calendar.ts';
import type { Memberships, Tx } from '../context.ts';
import { beginOn, endOf } from '../membership.ts';
import { priceOf } from '../plans.ts';
import { dueForChange } from '../proration.ts';
import { lockLive, record } from '../record.ts';
import { oweRefund } from '../refundOf.ts';
import { settleCharge } from '../sagas/settleCharge.ts';
import { isBusy, type OwnMembership } from './changeMembership.ts';

export interface ChangePlan {
  readonly idempotencyKey: string;
  readonly planId: string;
  /** What is due, in minor units, as the customer was shown it; negative for what is paid back. */
  readonly agreedAmount: number;
}

export interface Due {
  readonly amount: number;
  readonly currency: string;
  readonly exponent: number;
}

export type ChangePlanOutcome =
  | { readonly kind: 'done'; readonly membershipId: string }
  | { readonly kind: 'charged'; readonly membershipId: string; readonly chargeId: string }
  | { readonly kind: 'refused' | 'declined'; readonly membershipId: string; readonly message: string }
  | ({ readonly kind: 'differs' } & Due)
  | { readonly kind: 'notFound' | 'notOffered' };

interface Quoted extends Due {
  readonly plan: Plan;
  readonly price: number;
}

/** What another plan would cost a member who changes to it today; null when it is not offered to them. */
async function quoteChange(
  domain: Memberships,
  tx: Pick<Tx, 'plan' | 'planPrice'>,
  { membership }: Pick<OwnMembership, 'membership'>,
  planId: string,
): Promise<Quoted | null> {
  const plan = await tx.plan.findFirst({ where: { id: planId, offered: true, months: { gt: 0 } } });
  const price = plan && (await priceOf(tx, planId, membership.country, domain.clock()));
  if (!price) return null;
  const { currency, exponent } = membership;
  const amount = dueForChange(membership, dayOf(domain.clock(), membership.timeZone), price.amount);
  return { plan, price: price.amount, amount, currency, exponent };
}

/** What is due when the caller changes to a plan today; null when they cannot. */
export async function changeQuote(domain: Memberships, principal: Principal, planId: string): Promise<Due | null> {
  const membership = await domain.db.membership.findFirst({
    where: { customerId: principal.subject, status: 'ACTIVE' },
  });
  if (!membership || membership.planId === planId) return null;
  const quoted = await quoteChange(domain, domain.db, { membership }, planId);
  return quoted && { amount: quoted.amount, currency: quoted.currency, exponent: quoted.exponent };
}

/**
 * Changes the plan of the caller's membership today: a period of the new plan begins, and what the rest of the old one
 * is worth is set off to the minor unit. When something is left to pay, the plan changes once it is paid.
 */
export async function changePlan(
  domain: Memberships,
  principal: Principal,
  { idempotencyKey: key, ...body }: ChangePlan,
): Promise<ChangePlanOutcome> {
  const request = { principal, mutation: 'changeMembershipPlan', key, body, now: domain.clock() };
  const outcome = await domain.transaction((tx) =>
    idempotent<ChangePlanOutcome>(tx, request, () => decideChange(domain, tx, principal.subject, body)),
  );
  if (outcome.kind !== 'charged') return outcome;
  const { membershipId, chargeId } = outcome;
  const chargeNow = () => domain.db.charge.findUniqueOrThrow({ where: { id: chargeId } });
  const charge = await chargeNow();
  // When payments does not answer, the charge stays open, and the billing loop takes it: the plan changes then.
  if (charge.status === 'REQUESTED')
    await settleCharge(domain, charge).catch((err: unknown) => domain.log.warn({ err }, 'a charge has to wait'));
  return (await chargeNow()).status === 'DECLINED'
    ? { kind: 'declined', membershipId, message: 'The card was declined, and the plan stays. Try another card.' }
    : outcome;
}

async function decideChange(
  domain: Memberships,
  tx: Tx,
  customerId: string,
  { planId, agreedAmount }: Omit<ChangePlan, 'idempotencyKey'>,
): Promise<ChangePlanOutcome> {
  const own = await lockLive(tx, customerId);
  if (!own) return { kind: 'notFound' };
  const membershipId = own.membership.id;
  const refused = (message: string) => ({ kind: 'refused', membershipId, message }) as const;
  const busy = await isBusy(tx, own);
  if (busy) return refused(busy.refused);
  if (own.membership.status !== 'ACTIVE') return refused('Only an active membership can change its plan.');
  if (own.membership.planId === planId) return { kind: 'done', membershipId };
  const quoted = await quoteChange(domain, tx, own, planId);
  if (!quoted) return { kind: 'notOffered' };
  const { amount, currency, exponent, price, plan } = quoted;
  if (amount !== agreedAmount) return { kind: 'differs', amount, currency, exponent };
  const now = domain.clock();
  if (amount > 0) {
    const charge = { membershipId, kind: 'PLAN_CHANGE', planId, status: 'REQUESTED', amount, worth: price };
    const { id: chargeId } = await tx.charge.create({ data: { ...charge, id: domain.newId(), createdAt: now } });
    await tx.membership.update({ where: { id: membershipId }, data: { dueAt: null } });
    return { kind: 'charged', membershipId, chargeId };
  }
  const { timeZone } = own.membership;
  const course = beginOn(dayOf(now, timeZone), plan, price);
  const set = { ...course, planId, cancelAtEnd: false, dueAt: endOf(course, timeZone) };
  const changed = await record(domain, tx, own, { what: 'PLAN_CHANGED', set });
  await oweRefund(domain, tx, changed, { amount: -amount, reason: 'PLAN_CHANGED' });
  return { kind: 'done', membershipId };
}
