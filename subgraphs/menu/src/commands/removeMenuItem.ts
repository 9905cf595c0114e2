import { isId } from '#platform/domain/id.ts';
import { MenuItemChanged } from '#schema/events/menu.ts';
import { availabilityEvents, oneOfEach } from '../availabilityEvents.ts';
import { lockMenu, recordChanges } from '../changes.ts';
import type { MenuDomain } from '../context.ts';
import { loadCatalogue } from '../loadCatalogue.ts';
import { menusOfStores } from '../loadStoreMenus.ts';

/**
 * Takes an item off every menu. Its row stays: orders refer to it, and devices that keep a copy of the menu must
 * learn that it is gone. In the same transaction it appends an event to the feed of each store that sold the item,
 * for the item and for the combos that cannot be made without it. Returns false when there is no such item.
 */
export async function removeMenuItem(domain: MenuDomain, menuItemId: string): Promise<boolean> {
  if (!isId(menuItemId)) return false;
  return domain.transaction(async (tx) => {
    await lockMenu(tx);
    const item = await tx.menuItem.findUnique({
      where: { id: menuItemId },
      include: { choiceOf: { include: { slot: true } } },
    });
    if (!item) return false;
    if (item.removedAt) return true;
    const now = domain.clock();
    const stores = await menusOfStores(domain, tx, null);
    await tx.menuItem.update({ where: { id: menuItemId }, data: { removedAt: now } });
    // Combos in which the item is a choice have changed, too: they offer one choice less, and a required slot may
    // have no choice left.
    const affected = [item.id, ...item.choiceOf.map(({ slot }) => slot.comboId)];
    await recordChanges(tx, '*', affected, true);
    const catalogue = await loadCatalogue(tx);
    const told = stores.flatMap((store) => availabilityEvents(store, { ...store, catalogue }, affected, now));
    await domain.events.appendAll(
      tx,
      oneOfEach([MenuItemChanged.of({ menuItemId, kind: 'REMOVED', at: now.toISOString() }), ...told]),
    );
    return true;
  });
}
