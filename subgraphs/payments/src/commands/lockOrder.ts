import type { SqlTx } from '#platform/events/sqlTx.ts';

/**
 * Makes commands for one order, or with one idempotency key, take turns until the transaction ends. It is an advisory
 * lock, which works also before there is a row to lock.
 */
export async function lockOrder(tx: SqlTx, orderId: string, key: string): Promise<void> {
  await tx.$queryRawUnsafe(
    'SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended($1, 1)), pg_advisory_xact_lock(hashtextextended($2, 2))) AS held',
    key,
    orderId,
  );
}
