import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { id, instant } from './fields.ts';

/**
 * A menu item can now be ordered at a store, can no longer be ordered, or cannot be ordered for another reason than
 * before.
 */
export const MenuItemAvailabilityChanged = defineEvent({
  name: 'MenuItemAvailabilityChanged',
  domain: 'menu',
  version: '1.1',
  aggregate: (data) => `availability:${data.storeId}:${data.menuItemId}`,
  feed: (data) => `store:${data.storeId}`,
  schema: z.object({
    storeId: id,
    menuItemId: id,
    available: z.boolean(),
    /**
     * Why the item cannot be ordered; null when it can. `NOT_ON_MENU`, since version 1.1, means that the store does
     * not sell the item any more.
     */
    reason: z.enum(['OUT_OF_STOCK', 'WITHDRAWN_BY_STAFF', 'NOT_ON_MENU']).nullable(),
    at: instant,
  }),
});

/**
 * An item or its price changed, or a price that was set for later began or ended. Clients that hold a copy of it should
 * read it again.
 */
export const MenuItemChanged = defineEvent({
  name: 'MenuItemChanged',
  domain: 'menu',
  version: '1.0',
  aggregate: (data) => `item:${data.menuItemId}`,
  schema: z.object({
    menuItemId: id,
    kind: z.enum(['CREATED', 'DETAILS', 'PRICE', 'REMOVED']),
    at: instant,
  }),
});

/** A store sells by the price list of its country from now on: it has a menu. */
export const MenuStoreAdded = defineEvent({
  name: 'MenuStoreAdded',
  domain: 'menu',
  version: '1.0',
  aggregate: (data) => `menu:${data.storeId}`,
  schema: z.object({ storeId: id, at: instant }),
});
