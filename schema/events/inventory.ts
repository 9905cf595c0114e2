import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { id, instant } from './fields.ts';

/** The stock of one ingredient at one store changed. `quantity` is what moved; the rest is what holds after it. */
export const InventoryUpdated = defineEvent({
  name: 'InventoryUpdated',
  domain: 'inventory',
  version: '1.0',
  aggregate: (data) => `stock:${data.storeId}:${data.ingredientId}`,
  feed: (data) => `store:${data.storeId}`,
  schema: z.object({
    storeId: id,
    ingredientId: id,
    kind: z.enum(['RECEIVED', 'RESERVED', 'RELEASED', 'CONSUMED', 'ADJUSTED']),
    /** In the ingredient's own unit (grams, millilitres, pieces), above zero but for adjustments. */
    quantity: z.int(),
    orderId: id.nullable(),
    /** Of an adjustment; null for all else. */
    reason: z.enum(['COUNTED', 'WASTED', 'RETURNED']).nullable(),
    onHand: z.int(),
    reserved: z.int(),
    /** In total, since the beginning. */
    consumed: z.int(),
    /** Below the store's reorder level. */
    low: z.boolean(),
    at: instant,
  }),
});

/** A menu item can, or can no longer, be made from what a store has. */
export const InventoryItemMakeabilityChanged = defineEvent({
  name: 'InventoryItemMakeabilityChanged',
  domain: 'inventory',
  version: '1.0',
  aggregate: (data) => `makeability:${data.storeId}:${data.menuItemId}`,
  feed: (data) => `store:${data.storeId}`,
  schema: z.object({
    storeId: id,
    menuItemId: id,
    makeable: z.boolean(),
    /** The ingredient that ran out or came back. */
    ingredientId: id,
    at: instant,
  }),
});
