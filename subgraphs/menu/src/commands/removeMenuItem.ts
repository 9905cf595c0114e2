import { MenuItemChanged } from '#schema/events/menu.ts';
import { lockMenu, recordChanges } from '../changes.ts';
import type { MenuDomain } from '../context.ts';
import { isUuid } from '../loadStoreMenus.ts';

/** Takes an item off every menu; the row stays, for orders that name it and as a tombstone for devices. False: there is no such item. */
export async function removeMenuItem(domain: MenuDomain, menuItemId: string): Promise<boolean> {
  if (!isUuid(menuItemId)) return false;
  return domain.transaction(async (tx) => {
    await lockMenu(tx);
    const item = await tx.menuItem.findUnique({ where: { id: menuItemId }, include: { choiceOf: { include: { slot: true } } } });
    if (!item) return false;
    if (item.removedAt) return true;
    const now = domain.clock();
    await tx.menuItem.update({ where: { id: menuItemId }, data: { removedAt: now } });
    // Combos offer one choice less, and may have nothing left to fill a slot.
    await recordChanges(tx, '*', [item.id, ...item.choiceOf.map(({ slot }) => slot.comboId)], true);
    await domain.events.append(tx, null, [MenuItemChanged.of({ menuItemId, kind: 'REMOVED', at: now.toISOString() })]);
    return true;
  });
}
