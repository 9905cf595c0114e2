import { InventoryItemMakeabilityChanged } from '#schema/events/inventory.ts';
import { onEvent } from '#platform/events/onEvent.ts';
import type { TransactionOf } from '#platform/domain/domain.ts';
import { changeAvailability } from '../commands/changeAvailability.ts';
import type { MenuDomain } from '../context.ts';

/**
 * What a store has run out of cannot be ordered there; once restocked it comes back. Items the store does not sell are
 * ignored.
 */
export const inventoryItemMakeabilityChanged = onEvent(
  InventoryItemMakeabilityChanged,
  'menu.inventoryItemMakeabilityChanged',
  async ({ data }, { domain, tx }: { domain: MenuDomain; tx: TransactionOf<MenuDomain['db']> }) => {
    await changeAvailability(domain, tx, {
      storeId: data.storeId,
      menuItemId: data.menuItemId,
      reason: 'OUT_OF_STOCK',
      holds: !data.makeable,
    });
  },
);
