import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { id, instant } from './fields.ts';

/** A menu item can, or can no longer, be ordered at a store. */
export const MenuItemAvailabilityChanged = defineEvent({
  name: 'MenuItemAvailabilityChanged',
  domain: 'menu',
  version: '1.0',
  aggregate: (data) => `availability:${data.storeId}:${data.menuItemId}`,
  feed: (data) => `store:${data.storeId}`,
  schema: z.object({
    storeId: id,
    menuItemId: id,
    available: z.boolean(),
    reason: z.enum(['OUT_OF_STOCK', 'WITHDRAWN_BY_STAFF']).nullable(),
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

export const events = [MenuItemAvailabilityChanged, MenuItemChanged];
