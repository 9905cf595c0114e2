import type { Principal } from '#platform/identity/principal.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import type { Customers } from '../context.ts';
import { endAccess } from '../endAccess.ts';

export interface RevokeAccess {
  readonly idempotencyKey: string;
  /**
   * The subject (`sub`) of the tokens to revoke. This domain does not know all subjects, so it accepts every text
   * that can be one.
   */
  readonly subject: string;
}

export type RevokeAccessOutcome = { readonly kind: 'done'; readonly revokedAt: string } | { readonly kind: 'invalid' };

/** A valid `sub` by OpenID Connect Core 1.0, section 2: at most 255 ASCII characters. */
const subjectPattern = /^[\x21-\x7e]{1,255}$/;

/**
 * Revokes the tokens of any subject, once per idempotency key: somebody who signs in again afterwards stays signed
 * in, even when the request is repeated.
 */
export async function revokeAccess(
  domain: Customers,
  principal: Principal,
  { idempotencyKey: key, subject }: RevokeAccess,
): Promise<RevokeAccessOutcome> {
  if (!subjectPattern.test(subject)) return { kind: 'invalid' };
  const now = domain.clock();
  return domain.transaction((tx) =>
    idempotent<RevokeAccessOutcome>(
      tx,
      { principal, mutation: 'revokeAccess', key, body: { subject }, now },
      async () => ({ kind: 'done', revokedAt: (await endAccess(domain, tx, subject)).toISOString() }),
    ),
  );
}
