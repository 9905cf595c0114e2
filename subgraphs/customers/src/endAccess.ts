import { CustomerAccessRevoked } from '#schema/events/customers.ts';
import type { Customers, Tx } from './context.ts';

/**
 * Revokes the access of a subject of any kind, within the caller's transaction: tokens issued up to the returned
 * instant are refused by every gateway and channel. Revocations of one subject happen one after the other.
 */
export async function endAccess(domain: Customers, tx: Tx, subject: string): Promise<Date> {
  const now = domain.clock().toISOString();
  const [row] = await tx.$queryRaw<{ revoked_at: Date }[]>`
    INSERT INTO access_revocation (subject, revoked_at) VALUES (${subject}, ${now}::timestamptz)
    ON CONFLICT (subject) DO UPDATE SET revoked_at = greatest(access_revocation.revoked_at, excluded.revoked_at) RETURNING revoked_at`;
  const revokedAt = row!.revoked_at;
  await domain.events.append(tx, null, [CustomerAccessRevoked.of({ subject, before: revokedAt.toISOString() })]);
  return revokedAt;
}
