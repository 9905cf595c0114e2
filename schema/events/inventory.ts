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

/** A store's reorder level of an ingredient was changed. */
export const InventoryReorderLevelChanged = defineEvent({
  name: 'InventoryReorderLevelChanged',
  domain: 'inventory',
  version: '1.0',
  aggregate: (data) => `reorderLevel:${data.storeId}:${data.ingredientId}`,
  feed: (data) => `store:${data.storeId}`,
  schema: z.object({
    storeId: id,
    ingredientId: id,
    reorderLevel: z.int(),
    /** Whether the stock is below the new level. */
    low: z.boolean(),
    at: instant,
  }),
});

/**
 * The stock of an ingredient at a store fell below its reorder level, or the level was raised above the stock: told
 * once, and again only after the stock has been at its level in between.
 */
export const InventoryReorderPointReached = defineEvent({
  name: 'InventoryReorderPointReached',
  domain: 'inventory',
  version: '1.0',
  aggregate: (data) => `reorderPoint:${data.storeId}:${data.ingredientId}`,
  feed: (data) => `store:${data.storeId}`,
  schema: z.object({
    storeId: id,
    ingredientId: id,
    onHand: z.int(),
    reorderLevel: z.int(),
    at: instant,
  }),
});

/** An ingredient is new, or its name or unit is another one. */
export const InventoryIngredientChanged = defineEvent({
  name: 'InventoryIngredientChanged',
  domain: 'inventory',
  version: '1.0',
  aggregate: (data) => `ingredient:${data.ingredientId}`,
  schema: z.object({
    ingredientId: id,
    kind: z.enum(['CREATED', 'CHANGED']),
    at: instant,
  }),
});

/** An item, an item in a size, or an extra uses up something else than before. */
export const InventoryRecipeChanged = defineEvent({
  name: 'InventoryRecipeChanged',
  domain: 'inventory',
  version: '1.0',
  aggregate: (data) => `recipe:${data.modifierId ?? data.menuItemId}:${data.sizeId ?? ''}`,
  schema: z.object({
    /** The item; null for the recipe of an extra. */
    menuItemId: id.nullable(),
    /** The size in which it is the recipe of the item; null for its usual size and for an extra. */
    sizeId: id.nullable(),
    /** The extra; null for the recipe of an item. */
    modifierId: id.nullable(),
    at: instant,
  }),
});
