import { keyringOf } from '#platform/pii/domainKeyring.ts';
import type { Customers, Tx } from './context.ts';
import { normaliseEmail } from './profile.ts';

/**
 * Makes a customer the one who is found by an e-mail address, unless another one is: who had it first keeps it. Nobody
 * who asks for an address is told which it was, by the answer or by the work: the statements are the same. Until
 * something verifies addresses, whose an address is, is a matter between the customer and the chain's staff; the
 * profile shows what was given.
 */
export async function claimEmail(domain: Customers, tx: Tx, customerId: string, email: string): Promise<void> {
  const index = keyringOf(domain).blindIndex('email', normaliseEmail(email));
  // Of two who claim one address at once the second waits, and then sees the first.
  await tx.$executeRawUnsafe(`SELECT pg_advisory_xact_lock(hashtextextended(encode($1::bytea, 'hex'), 0))`, index);
  await tx.$executeRawUnsafe(
    `UPDATE customer SET email_index = CASE WHEN EXISTS (SELECT FROM customer o WHERE o.email_index = $1::bytea AND o.id <> $2::uuid) THEN NULL ELSE $1::bytea END
     WHERE id = $2::uuid`,
    index,
    customerId,
  );
}
