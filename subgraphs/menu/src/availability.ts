import { feedChanges } from '#platform/events/feedChanges.ts';
import { inSnapshot } from '#platform/events/sqlTx.ts';
import { isId } from '#platform/domain/id.ts';
import { MenuItemAvailabilityChanged } from '#schema/events/menu.ts';
import type { MenuDomain } from './context.ts';
import { loadStoreMenus } from './loadStoreMenus.ts';
import { entriesOf, entryOf, type Entry } from './storeMenu.ts';

export interface AvailabilityView {
  readonly storeId: string;
  /** The version of the store's feed at the instant of the read. */
  readonly version: number;
  readonly reset: boolean;
  /** In the order of the menu after a reset; otherwise in no particular order. */
  readonly changed: readonly Entry[];
  /** Ids of the items that the store no longer sells. */
  readonly removed: readonly string[];
}

/**
 * Which items of a store can be ordered: those whose availability changed after a version of the store's feed, or all
 * of them. Null for a store that has no price list. Everything is read in one snapshot, so that the entries belong to
 * the version. An id in upper case finds nothing, since the keys of feeds are in lower case.
 */
export async function availabilityOf(
  domain: MenuDomain,
  storeId: string,
  since: number | null,
): Promise<AvailabilityView | null> {
  if (!isId(storeId)) return null;
  return inSnapshot(domain.pool, async (tx) => {
    const { version, changed } = await feedChanges(tx, {
      feed: `store:${storeId}`,
      since,
      events: [MenuItemAvailabilityChanged],
    });
    const store = (await loadStoreMenus(domain, tx, [storeId])).get(storeId);
    if (!store) return null;
    const now = domain.clock();
    if (!changed) return { storeId, version, reset: true, changed: entriesOf(store, now), removed: [] };
    const itemIds = changed.map((stream) => stream.slice(`availability:${storeId}:`.length));
    const entries = itemIds.flatMap((itemId) => {
      const item = store.catalogue.items.get(itemId);
      return (item && entryOf(store, item, now)) ?? [];
    });
    const sold = new Set(entries.map(({ item }) => item.id));
    return { storeId, version, reset: false, changed: entries, removed: itemIds.filter((itemId) => !sold.has(itemId)) };
  });
}
