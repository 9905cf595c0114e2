import type { SqlTx } from '#platform/events/sqlTx.ts';
import { recordEdits } from '#platform/subgraph/edits.ts';
import { InventoryReorderLevelChanged, InventoryReorderPointReached } from '#schema/events/inventory.ts';
import type { Inventory } from './context.ts';
import { isLow, type StockItem } from './stockItem.ts';

type Level = Pick<StockItem, 'storeId' | 'ingredientId' | 'onHand' | 'reorderLevel'>;

export interface LevelChange {
  /** The stock item as it is, locked. */
  readonly before: Level;
  readonly reorderLevel: number;
}

/** The name under which the changes of a stock item's reorder level are remembered. */
export const levelSubject = ({ storeId, ingredientId }: Pick<Level, 'storeId' | 'ingredientId'>): string =>
  `STOCK:${storeId}:${ingredientId}`;

/** Whether a stock has passed its reorder level: it was not low before, and is now. */
export const passedReorderPoint = (before: Level, after: Level): boolean => !isLow(before) && isLow(after);

export const reorderPointReached = ({ storeId, ingredientId, onHand, reorderLevel }: Level, at: Date) => ({
  expectedVersion: null,
  events: [InventoryReorderPointReached.of({ storeId, ingredientId, onHand, reorderLevel, at: at.toISOString() })],
});

/** Sets reorder levels that differ from those before, and tells of them and of the stock that is thereby low. */
export async function writeReorderLevels(
  domain: Inventory,
  tx: SqlTx,
  changes: readonly LevelChange[],
  at: Date,
): Promise<void> {
  if (changes.length === 0) return;
  const written = await tx.$queryRawUnsafe<{ storeId: string; ingredientId: string; version: number }[]>(
    `UPDATE stock SET reorder_level = told.level, level_version = level_version + 1
     FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS told (store, ingredient, level)
     WHERE store_id = told.store AND ingredient_id = told.ingredient
     RETURNING store_id::text AS "storeId", ingredient_id::text AS "ingredientId", level_version AS version`,
    changes.map(({ before }) => before.storeId),
    changes.map(({ before }) => before.ingredientId),
    changes.map(({ reorderLevel }) => reorderLevel),
  );
  await recordEdits(
    tx,
    written.map((row) => ({ subject: levelSubject(row), version: row.version, fields: ['reorderLevel'] })),
    at,
  );
  await domain.events.appendAll(
    tx,
    changes.flatMap(({ before, reorderLevel }) => {
      const after = { ...before, reorderLevel };
      const { storeId, ingredientId } = before;
      const low = isLow(after);
      const changed = InventoryReorderLevelChanged.of({
        storeId,
        ingredientId,
        reorderLevel,
        low,
        at: at.toISOString(),
      });
      return [
        { expectedVersion: null, events: [changed] },
        ...(passedReorderPoint(before, after) ? [reorderPointReached(after, at)] : []),
      ];
    }),
  );
}
