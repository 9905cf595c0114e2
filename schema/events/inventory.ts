import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { id, instant } from './fields.ts';

/**
 * The stock of one ingredient at one store changed. `quantity` is what moved; the other quantities are the state
 * afterwards.
 */
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
    /**
     * Quantity in the ingredient's unit (grams, millilitres, pieces): positive, or negative for an adjustment that
     * takes stock away.
     */
    quantity: z.int(),
    orderId: id.nullable(),
    /** Reason of an adjustment; null for every other kind. */
    reason: z.enum(['COUNTED', 'WASTED', 'RETURNED']).nullable(),
    onHand: z.int(),
    reserved: z.int(),
    /** The quantity consumed in total since the stock was first kept. */
    consumed: z.int(),
    /** Whether `onHand` is below the store's reorder level. */
    low: z.boolean(),
    at: instant,
  }),
});

/** A store can make a menu item again, or can no longer make it, from the stock it has. */
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
    /** The ingredient that ran out or was restocked. */
    ingredientId: id,
    at: instant,
  }),
});
