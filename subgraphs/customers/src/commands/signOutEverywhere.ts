import type { Principal } from '#platform/identity/principal.ts';
import type { Customers } from '../context.ts';
import { endAccess } from '../endAccess.ts';
import { customerOf } from '../ownership.ts';

export type SignOutEverywhereOutcome =
  { readonly kind: 'done'; readonly signedOutAt: Date } | { readonly kind: 'notAllowed' };

/**
 * Revokes all tokens of the caller, whether or not they have registered. It needs no idempotency key, since the token
 * of the request is among those that it revokes.
 */
export async function signOutEverywhere(domain: Customers, principal: Principal): Promise<SignOutEverywhereOutcome> {
  const customerId = customerOf(principal);
  if (!customerId) return { kind: 'notAllowed' };
  return { kind: 'done', signedOutAt: await domain.transaction((tx) => endAccess(domain, tx, customerId)) };
}
