import type { Principal } from '#platform/identity/principal.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import type { Customers } from '../context.ts';
import { endAccess } from '../endAccess.ts';

export interface RevokeAccess {
  readonly idempotencyKey: string;
  /** Of tokens. Nobody here knows all of them: any that can be one is taken. */
  readonly subject: string;
}

export type RevokeAccessOutcome = { readonly kind: 'done'; readonly revokedAt: string } | { readonly kind: 'invalid' };

/** What OpenID Connect Core 1.0 section 2 says of `sub`: at most 255 ASCII characters. */
const subjectPattern = /^[\x21-\x7e]{1,255}$/;

/**
 * Ends the access of anybody. With the same key once: who signs in after it stays signed in, however often it is sent.
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
