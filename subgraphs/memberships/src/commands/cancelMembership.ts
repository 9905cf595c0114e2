import type { Principal } from '#platform/identity/principal.ts';
import { dayOf, daysAfter } from '../calendar.ts';
import type { Memberships, Tx } from '../context.ts';
import { endMembership } from '../endMembership.ts';
import { daysFrom, worthOf } from '../proration.ts';
import { record } from '../record.ts';
import { oweRefund } from '../refundOf.ts';
import { changeMembership, isBusy, type ChangeOutcome, type OwnMembership } from './changeMembership.ts';

export interface CancelMembership {
  readonly idempotencyKey: string;
  readonly when: 'AT_END' | 'NOW';
}

/**
 * Ends the caller's membership: with the period that is paid for, or at once, with what is not used of it paid back.
 * Who owes a renewal has used up what was paid for, so it ends at once, too.
 */
export const cancelMembership = (
  domain: Memberships,
  principal: Principal,
  { idempotencyKey: key, when }: CancelMembership,
): Promise<ChangeOutcome> =>
  changeMembership(domain, principal, { mutation: 'cancelMembership', key, body: { when } }, async (tx, own) => {
    const busy = await isBusy(tx, own);
    if (busy) return busy;
    if (when === 'NOW' || own.membership.status === 'PAST_DUE') return cancelNow(domain, tx, own);
    if (own.membership.status === 'PAUSED')
      return { refused: 'The membership is paused. Resume it first, or cancel it at once.' };
    if (!own.membership.cancelAtEnd)
      await record(domain, tx, own, { what: 'CANCELLATION_ASKED', set: { cancelAtEnd: true } });
    return undefined;
  });

/** Ends a membership today, which counts as used, and owes the customer what the days after it are worth. */
export async function cancelNow(
  domain: Memberships,
  tx: Tx,
  own: OwnMembership,
  reason: 'CANCELLED' | 'ERASED' = 'CANCELLED',
): Promise<void> {
  const { membership } = own;
  const tomorrow = daysAfter(dayOf(domain.clock(), membership.timeZone), 1);
  const left = membership.daysLeft ?? daysFrom(tomorrow, membership);
  await endMembership(domain, tx, own, reason);
  await oweRefund(domain, tx, membership, { amount: worthOf(membership, left), reason });
}

/** Takes back the wish to end with the period. */
export const keepMembership = (domain: Memberships, principal: Principal, key: string): Promise<ChangeOutcome> =>
  changeMembership(domain, principal, { mutation: 'keepMembership', key, body: {} }, async (tx, own) => {
    if (own.membership.cancelAtEnd)
      await record(domain, tx, own, { what: 'CANCELLATION_WITHDRAWN', set: { cancelAtEnd: false } });
    return undefined;
  });
