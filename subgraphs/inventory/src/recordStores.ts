import type { SqlTx } from '#platform/events/sqlTx.ts';

/** Remembers stores that have opened, so that those without any stock are not missed when a recipe changes. */
export async function recordStores(tx: SqlTx, storeIds: readonly string[]): Promise<void> {
  await tx.$executeRawUnsafe(
    'INSERT INTO store (id) SELECT unnest($1::uuid[]) ORDER BY 1 ON CONFLICT DO NOTHING',
    storeIds,
  );
}
