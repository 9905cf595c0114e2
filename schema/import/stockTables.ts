import { z } from 'zod';
import { chainLimits } from '../chainLimits.ts';
import * as field from './fields.ts';
import { table } from './table.ts';

/** What a folder says of ingredients, recipes and stock. */
export const stockTables = {
  ingredients: table({
    about: 'What stock is counted in.',
    identity: ['key'],
    kind: 'ingredient',
    row: z.strictObject({
      key: field.key,
      name: field.texts(chainLimits.name),
      unit: z.enum(['PIECE', 'GRAM', 'MILLILITRE']),
    }),
  }),
  recipes: table({
    about:
      'What one of an item uses; with `size`, what it uses in that size instead. The recipe of an item (in a size) that has a row here has no others.',
    identity: ['item', 'size', 'ingredient'],
    each: ['item', 'size'],
    refs: { item: 'item', size: 'size', ingredient: 'ingredient' },
    row: z.strictObject({
      item: field.keyOf('item'),
      size: field.keyOf('size, of the item or of a combo that it is part of').optional(),
      ingredient: field.keyOf('ingredient'),
      quantity: field.quantity.describe('In the ingredient’s unit.'),
    }),
  }),
  modifierRecipes: table({
    about: 'What one of a modifier uses. A modifier that has a row here has no others.',
    identity: ['modifier', 'ingredient'],
    each: ['modifier'],
    refs: { modifier: 'modifier', ingredient: 'ingredient' },
    row: z.strictObject({
      modifier: field.keyOf('modifier'),
      ingredient: field.keyOf('ingredient'),
      quantity: field.quantity.describe('In the ingredient’s unit.'),
    }),
  }),
  stock: table({
    about: 'What a store begins with, and when it runs low.',
    identity: ['store', 'ingredient'],
    each: ['store', 'ingredient'],
    refs: { store: 'store', ingredient: 'ingredient' },
    row: z.strictObject({
      store: field.keyOf('store'),
      ingredient: field.keyOf('ingredient'),
      onHand: z
        .int()
        .min(0)
        .max(2_147_483_647)
        .describe(
          'What is there at the beginning. Once the store has any, only deliveries, counts and orders move it.',
        ),
      reorderLevel: z.int().min(0).max(chainLimits.reorderLevel).describe('Below this it is low.'),
    }),
  }),
};
