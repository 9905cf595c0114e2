import type { SqlTx } from '#platform/events/sqlTx.ts';

/** Where a change shows: everywhere, at the stores of one country, or at one store. */
export type Scope = '*' | `country:${string}` | `store:${string}`;

/**
 * Locks the menu against other changes until the transaction ends. Taken before the state is read on which a decision
 * rests.
 */
export async function lockMenu(tx: SqlTx): Promise<void> {
  await tx.$queryRawUnsafe('SELECT version FROM menu_version FOR UPDATE');
}

/**
 * Notes that items changed in a scope, each with a version of its own. Call it under `lockMenu`.
 * @param touchesCatalogue the items themselves or a country's prices changed: every process reads the catalogue anew
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
