import { InventoryItemMakeabilityChanged } from '#schema/events/inventory.ts';
import { onEvent } from '#platform/events/onEvent.ts';
import type { TransactionOf } from '#platform/domain/domain.ts';
import { changeAvailability } from '../commands/changeAvailability.ts';
import type { MenuDomain } from '../context.ts';

/**
 * An item that a store cannot make any more cannot be ordered there until inventory says that it can be made again.
 * Events about items that the store does not sell have no visible effect.
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
