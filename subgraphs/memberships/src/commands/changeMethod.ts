import { createHash } from 'node:crypto';
import type { Principal } from '#platform/identity/principal.ts';
import { charactersIn } from '#platform/subgraph/characters.ts';
import type { Memberships } from '../context.ts';
import { record } from '../record.ts';
import { changeMembership, isBusy, type ChangeOutcome } from './changeMembership.ts';

/**
 * Has another card pay from now on. When a renewal is owed, it is tried with that card at once. That is none of the
 * tries that time brings: when the card is declined, too, the next of them comes as it would have without it.
 */
export const changeMethod = (
  domain: Memberships,
  principal: Principal,
  { idempotencyKey: key, methodToken }: { readonly idempotencyKey: string; readonly methodToken: string },
): Promise<ChangeOutcome> => {
  // Only a hash of the card's token is kept under the key.
  const body = { methodToken: createHash('sha256').update(methodToken).digest('base64url') };
  return changeMembership(domain, principal, { mutation: 'changeMembershipMethod', key, body }, async (tx, own) => {
    if (methodToken === '' || charactersIn(methodToken) > 200)
      return { refused: 'Give the token of the provider, 1 to 200 characters.' };
    const busy = await isBusy(tx, own);
    if (busy) return busy;
    const owed = own.membership.status === 'PAST_DUE';
    const again = { tries: own.membership.tries - 1, dueAt: domain.clock() };
    await record(domain, tx, own, { what: 'METHOD_CHANGED', set: { methodToken, ...(owed && again) } });
    return undefined;
  });
};
