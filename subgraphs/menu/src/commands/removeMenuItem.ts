import { isId } from '#platform/domain/id.ts';
import { MenuItemChanged } from '#schema/events/menu.ts';
import { availabilityEvents, oneOfEach } from '../availabilityEvents.ts';
import { lockMenu, recordChanges } from '../changes.ts';
import type { MenuDomain } from '../context.ts';
import { loadCatalogue } from '../loadCatalogue.ts';
import { menusOfStores } from '../loadStoreMenus.ts';

/**
 * Takes an item off every menu; the row stays, for orders that name it and as a tombstone for devices. The feed of each
 * store that sold it is told in the same transaction, of it and of the combos that cannot be made without it. False:
 * there is no such item.
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
    // Combos offer one choice less, and may have nothing left to fill a slot.
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
