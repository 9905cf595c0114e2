import type { Change } from '#platform/events/eventLog.ts';
import type { SqlTx } from '#platform/events/sqlTx.ts';
import type { StockItem } from './stockItem.ts';

/** A stored stock item whose row is locked until the transaction ends. */
export interface LockedStock extends StockItem {
  /**
   * The largest quantity of the ingredient in any recipe. While the stock stays at or above it, no item becomes or
   * ceases to be makeable.
   */
  readonly largestPortion: number;
}

/**
 * Locks and reads stock items, by ingredient id. Rows are locked in the order of their ingredients, so that two
 * orders that need the same ones wait for each other and do not deadlock. Ingredients that the store never had are
 * missing from the result.
 */
export async function lockStock(
  tx: SqlTx,
  storeId: string,
  ingredientIds: Iterable<string>,
): Promise<Map<string, LockedStock>> {
  const rows = await tx.$queryRawUnsafe<LockedStock[]>(
    `SELECT s.store_id::text AS "storeId", s.ingredient_id::text AS "ingredientId", s.version, s.on_hand AS "onHand", s.reserved, s.consumed::float8 AS consumed,
       s.reorder_level AS "reorderLevel",
       coalesce((SELECT max(r.quantity) FROM recipe_line r WHERE r.ingredient_id = s.ingredient_id), 0) AS "largestPortion"
     FROM stock s WHERE s.store_id = $1::uuid AND s.ingredient_id = ANY($2::uuid[]) ORDER BY s.ingredient_id FOR UPDATE OF s`,
    storeId,
    [...ingredientIds],
  );
  return new Map(rows.map((row) => [row.ingredientId, row]));
}

/** Writes the states to which events led, also of new streams. */
export function stockWritten(items: readonly StockItem[], at: Date): Change {
  const column = <Key extends keyof StockItem>(key: Key): StockItem[Key][] => items.map((item) => item[key]);
  return {
    sql: `INSERT INTO stock (store_id, ingredient_id, version, on_hand, reserved, consumed, reorder_level, updated_at)
     SELECT i.*, $8::timestamptz FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::int[], $6::bigint[], $7::int[]) AS i
     ON CONFLICT (store_id, ingredient_id) DO UPDATE SET version = excluded.version, on_hand = excluded.on_hand, reserved = excluded.reserved,
       consumed = excluded.consumed, updated_at = excluded.updated_at`,
    parameters: [
      column('storeId'),
      column('ingredientId'),
      column('version'),
      column('onHand'),
      column('reserved'),
      column('consumed'),
      column('reorderLevel'),
      at.toISOString(),
    ],
  };
}
