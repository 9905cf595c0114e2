import type { Principal } from '#platform/identity/principal.ts';
import type { Memberships } from '../context.ts';
import { record } from '../record.ts';
import { changeMembership, type ChangeOutcome } from './changeMembership.ts';

/** Lets the caller's membership end with the period that is paid for. A second wish for it changes nothing. */
export const cancelMembership = (domain: Memberships, principal: Principal, key: string): Promise<ChangeOutcome> =>
  changeMembership(domain, principal, { mutation: 'cancelMembership', key, body: {} }, async (tx, own) => {
    if (own.membership.status === 'PENDING')
      return { refused: 'The membership is about to begin. Try again in a moment.' };
    if (own.membership.cancelAtEnd) return undefined;
    await record(domain, tx, own, { what: 'CANCELLATION_ASKED', set: { cancelAtEnd: true } });
    return undefined;
  });
