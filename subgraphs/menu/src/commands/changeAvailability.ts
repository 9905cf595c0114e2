import type { SqlTx } from '#platform/events/sqlTx.ts';
import { availabilityEvents, oneOfEach } from '../availabilityEvents.ts';
import { lockMenu, recordChanges } from '../changes.ts';
import type { MenuDomain } from '../context.ts';
import { loadStoreMenus } from '../loadStoreMenus.ts';
import { entryOf, type Entry, type StoreMenu, type UnavailableReason } from '../storeMenu.ts';

export interface AvailabilityChange {
  readonly storeId: string;
  readonly menuItemId: string;
  readonly reason: UnavailableReason;
  /** True: the reason applies from now on. False: it no longer applies. */
  readonly holds: boolean;
}

/** The store's menu after the change. */
function withReason(store: StoreMenu, { menuItemId, reason, holds }: AvailabilityChange): StoreMenu {
  const reasons = new Set(store.unavailable.get(menuItemId));
  if (holds) reasons.add(reason);
  else reasons.delete(reason);
  return { ...store, unavailable: new Map(store.unavailable).set(menuItemId, reasons) };
}

async function write(tx: SqlTx, { storeId, menuItemId, reason, holds }: AvailabilityChange, at: Date): Promise<void> {
  if (holds) {
    await tx.$executeRawUnsafe(
      'INSERT INTO unavailability (store_id, item_id, reason, since) VALUES ($1::uuid, $2::uuid, $3, $4::timestamptz) ON CONFLICT DO NOTHING',
      storeId,
      menuItemId,
      reason,
      at.toISOString(),
    );
  } else {
    await tx.$executeRawUnsafe(
      'DELETE FROM unavailability WHERE store_id = $1::uuid AND item_id = $2::uuid AND reason = $3',
      storeId,
      menuItemId,
      reason,
    );
  }
}

/**
 * Sets or clears a reason why a store cannot sell an item, within the caller's transaction. The item itself and each
 * combo that needs it get an event when they can now be ordered, can no longer be ordered, or cannot for another
 * reason. Setting what is set already changes nothing. Stock
 * is recorded for a store or an item that is not known yet, too.
 * @returns the item's entry after the change; null when the store does not sell the item
 */
export async function changeAvailability(
  domain: MenuDomain,
  tx: SqlTx,
  change: AvailabilityChange,
): Promise<Entry | null> {
  await lockMenu(tx);
  const now = domain.clock();
  const store = (await loadStoreMenus(domain, tx, [change.storeId])).get(change.storeId);
  const item = store?.catalogue.items.get(change.menuItemId);
  if (!store || !item || item.removed) {
    // Inventory says once what a store cannot make, and may say it before this domain has heard of the store or of the
    // item: if that were not kept, both would look available when they come.
    if (change.reason === 'OUT_OF_STOCK') await write(tx, change, now);
    return null;
  }
  const entry = entryOf(store, item, now);
  // Staff can only withdraw what the store sells now. Stock is recorded all the same: the item's price may begin
  // tomorrow, and the item must not look available then.
  if (!entry && change.reason === 'WITHDRAWN_BY_STAFF') return null;
  if ((store.unavailable.get(item.id)?.has(change.reason) ?? false) === change.holds) return entry;
  await write(tx, change, now);
  const after = withReason(store, change);
  const affected = [item, ...(store.catalogue.combosWith.get(item.id) ?? [])].map((each) => each.id);
  await recordChanges(tx, `store:${change.storeId}`, affected, false);
  await domain.events.appendAll(tx, oneOfEach(availabilityEvents(store, after, affected, now)));
  return entryOf(after, item, now);
}
