import { keyringOf } from '#platform/pii/domainKeyring.ts';
import type { Customers, Tx } from './context.ts';
import { normaliseEmail } from './profile.ts';

/**
 * Makes this customer the one whom a search for an e-mail address finds, unless another customer has the address
 * already: the first keeps it. Neither the answer nor the time it takes tells the caller which it was, since the
 * statements are the same. Addresses are not verified, so to whom an address belongs is for the customer and staff to
 * settle; the profile shows what the customer entered.
 */
export async function claimEmail(domain: Customers, tx: Tx, customerId: string, email: string): Promise<void> {
  const index = keyringOf(domain).blindIndex('email', normaliseEmail(email));
  // When two customers claim one address at the same time, the second waits for the lock and then sees the first.
  await tx.$executeRawUnsafe(`SELECT pg_advisory_xact_lock(hashtextextended(encode($1::bytea, 'hex'), 0))`, index);
  await tx.$executeRawUnsafe(
    `UPDATE customer SET email_index = CASE WHEN EXISTS (SELECT FROM customer o WHERE o.email_index = $1::bytea AND o.id <> $2::uuid) THEN NULL ELSE $1::bytea END
     WHERE id = $2::uuid`,
    index,
    customerId,
  );
}
