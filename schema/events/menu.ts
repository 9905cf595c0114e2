import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { id, instant } from './fields.ts';

/** A menu item can, or can no longer, be ordered at a store, or cannot for another reason. */
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
    /** Null when it can be ordered. `NOT_ON_MENU`, since 1.1: the store does not sell it any more. */
    reason: z.enum(['OUT_OF_STOCK', 'WITHDRAWN_BY_STAFF', 'NOT_ON_MENU']).nullable(),
    at: instant,
  }),
});

/** What an item is, or costs, changed: clients that hold it should read it again. */
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
