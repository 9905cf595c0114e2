import type { SqlTx } from '#platform/events/sqlTx.ts';

/** Where a change can be seen: at all stores, at the stores of one country, or at one store. */
export type Scope = '*' | `country:${string}` | `store:${string}`;

/**
 * Locks the menu against other changes until the transaction ends. Call it before you read the state on which a
 * decision rests; otherwise two changes at once could each miss what the other one does.
 */
export async function lockMenu(tx: SqlTx): Promise<void> {
  await tx.$queryRawUnsafe('SELECT version FROM menu_version FOR UPDATE');
}

/**
 * Records that items changed in a scope; each gets a version of its own. Call it under `lockMenu`.
 * @param touchesCatalogue true when the items themselves or the prices of a country changed, so that every process
 * has to load the catalogue again
 */
export async function recordChanges(
  tx: SqlTx,
  scope: Scope,
  itemIds: readonly string[],
  touchesCatalogue: boolean,
): Promise<void> {
  const ids = [...new Set(itemIds)];
  if (ids.length === 0) return;
  await tx.$executeRawUnsafe(
    `WITH counted AS (
       UPDATE menu_version SET version = version + $3::int, catalogue = CASE WHEN $4::boolean THEN version + $3::int ELSE catalogue END
       RETURNING version - $3::int AS before
     )
     INSERT INTO menu_change (scope, item_id, version)
     SELECT $1::text, each.id, counted.before + each.ordinality
     FROM counted CROSS JOIN unnest($2::uuid[]) WITH ORDINALITY AS each (id, ordinality)
     ON CONFLICT (scope, item_id) DO UPDATE SET version = excluded.version`,
    scope,
    ids,
    ids.length,
    touchesCatalogue,
  );
}

/** Has every process load the catalogue again, for a change that no item shows. Call it under `lockMenu`. */
export async function renewCatalogue(tx: SqlTx): Promise<void> {
  await tx.$executeRawUnsafe('UPDATE menu_version SET version = version + 1, catalogue = version + 1');
}
