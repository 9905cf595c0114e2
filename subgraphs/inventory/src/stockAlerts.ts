import { feedChanges } from '#platform/events/feedChanges.ts';
import { inSnapshot } from '#platform/events/sqlTx.ts';
import { InventoryReorderLevelChanged, InventoryUpdated } from '#schema/events/inventory.ts';
import type { Inventory } from './context.ts';
import { readLowStock, stockKey, type StockView } from './stockQueries.ts';

export interface StockAlertsView {
  readonly storeId: string;
  /** The version of the store's feed at the instant of the read. */
  readonly version: number;
  readonly reset: boolean;
  readonly changed: readonly StockView[];
  /** Ids of the stock items that are low no more, as made by `stockKey`. */
  readonly removed: readonly string[];
}

/**
 * The low stock items of a store: those that moved after a version of the store's feed, or all. They are read in one
 * snapshot. Call it only for a store whose stock the caller may see.
 */
export const stockAlertsOf = (domain: Inventory, storeId: string, since: number | null): Promise<StockAlertsView> =>
  inSnapshot(domain.pool, async (tx) => {
    const { version, changed } = await feedChanges(tx, {
      feed: `store:${storeId}`,
      since,
      events: [InventoryUpdated, InventoryReorderLevelChanged],
    });
    if (!changed) return { storeId, version, reset: true, changed: await readLowStock(tx, storeId), removed: [] };
    const keys = new Set(changed.map((stream) => stream.slice(stream.indexOf(':') + 1)));
    const low =
      keys.size > 0
        ? await readLowStock(
            tx,
            storeId,
            [...keys].map((key) => key.slice(storeId.length + 1)),
          )
        : [];
    for (const item of low) keys.delete(stockKey(item));
    return { storeId, version, reset: false, changed: low, removed: [...keys] };
  });
