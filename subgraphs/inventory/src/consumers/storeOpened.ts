import { onEvent } from '#platform/events/onEvent.ts';
import { StoreOpened } from '#schema/events/stores.ts';
import { announceMakeability } from '../announceMakeability.ts';
import type { Inventory, InventoryTx } from '../context.ts';
import { recordStores } from '../recordStores.ts';

/**
 * A new store has no stock: what has a recipe cannot be made there until a delivery comes. Without this its menu would
 * show everything, and every order would be refused. An import tells itself what its stores can make, once their stock
 * is in: heard here before that, each item of each of its stores would be announced twice.
 */
export const storeOpened = onEvent(
  StoreOpened,
  'inventory.storeOpened',
  async ({ data: { storeId }, metadata }, { domain, tx }: { domain: Inventory; tx: InventoryTx }) => {
    if (metadata.actor === 'service:import') return;
    await recordStores(tx, [storeId]);
    await announceMakeability(domain, tx, [storeId], null);
  },
);
