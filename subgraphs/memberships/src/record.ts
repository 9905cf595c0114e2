import type { Membership, Plan } from '#generated/memberships/prisma/client.ts';
import { MembershipBenefitsChanged, MembershipChanged, MembershipMoneyMoved } from '#schema/events/memberships.ts';
import type { DataOf, NewEvent } from '#platform/events/defineEvent.ts';
import { benefitsOf, givesBenefits } from './benefits.ts';
import type { Memberships, Tx } from './context.ts';
import type { MembershipStatus } from './membership.ts';

/** Locks a membership until the transaction ends, and reads it with its plan; null if there is none. */
export async function lockMembership(tx: Tx, id: string): Promise<{ membership: Membership; plan: Plan } | null> {
  await tx.$queryRaw`SELECT 1 FROM membership WHERE id = ${id}::uuid FOR UPDATE`;
  const membership = await tx.membership.findUnique({ where: { id } });
  if (!membership) return null;
  return { membership, plan: await tx.plan.findUniqueOrThrow({ where: { id: membership.planId } }) };
}

const over = ['ENDED', 'FAILED'];

/**
 * The membership that a customer has now, locked; null if there is none that has not ended. One that ended while its
 * lock was waited for counts as none: otherwise it would end, and be paid back, a second time.
 */
export async function lockLive(tx: Tx, customerId: string): Promise<{ membership: Membership; plan: Plan } | null> {
  const live = await tx.membership.findFirst({ where: { customerId, status: { notIn: over } }, select: { id: true } });
  const locked = live && (await lockMembership(tx, live.id));
  return locked && !over.includes(locked.membership.status) ? locked : null;
}

/** The event of money that was moved for a membership. */
export const moneyMoved = (
  { id: membershipId, customerId, currency, exponent }: Membership,
  what: 'CHARGED' | 'REFUNDED',
  { chargeId, amount, at }: { readonly chargeId: string; readonly amount: number; readonly at: Date },
): NewEvent =>
  MembershipMoneyMoved.of({
    membershipId,
    customerId,
    chargeId,
    what,
    amount,
    currency,
    exponent,
    at: at.toISOString(),
  });

/** Appends events that change nothing of a locked membership but the version of its stream. */
export async function tell(
  domain: Memberships,
  tx: Tx,
  { id, version }: Membership,
  events: readonly NewEvent[],
  set: Partial<Omit<Membership, 'id' | 'version'>> = {},
): Promise<void> {
  await domain.events.append(tx, version, events);
  await tx.membership.update({ where: { id }, data: { ...set, version: version + events.length } });
}

export interface Change {
  readonly what: DataOf<typeof MembershipChanged>['what'];
  /** What changes in the row. */
  readonly set: Partial<Omit<Membership, 'id' | 'version'>>;
  readonly reason?: string | null;
  /** Further events of the same change. */
  readonly besides?: readonly NewEvent[];
}

/**
 * Writes a change of a locked membership: the row, the event that tells of it, and, where what the member gets is
 * another thing afterwards, the event that the domains hear which give it.
 */
export async function record(
  domain: Memberships,
  tx: Tx,
  before: { readonly membership: Membership; readonly plan: Plan },
  { what, set, reason = null, besides = [] }: Change,
): Promise<Membership> {
  const at = domain.clock().toISOString();
  const after = { ...before.membership, ...set };
  const plan =
    after.planId === before.plan.id ? before.plan : await tx.plan.findUniqueOrThrow({ where: { id: after.planId } });
  const given = (membership: Membership, of: Plan) =>
    givesBenefits(membership.status as MembershipStatus) ? benefitsOf(of) : [];
  const benefits = given(after, plan);
  const others = JSON.stringify(benefits) !== JSON.stringify(given(before.membership, before.plan));
  const { id: membershipId, customerId } = after;
  const events: NewEvent[] = [
    MembershipChanged.of({
      membershipId,
      customerId,
      what,
      status: after.status as MembershipStatus,
      planId: after.planId,
      periodStart: after.periodStart,
      periodEnd: after.periodEnd,
      reason,
      at,
    }),
    ...(others ? [MembershipBenefitsChanged.of({ membershipId, customerId, benefits, at })] : []),
    ...besides,
  ];
  await domain.events.append(tx, before.membership.version, events);
  return tx.membership.update({
    where: { id: membershipId },
    data: { ...set, version: before.membership.version + events.length },
  });
}
