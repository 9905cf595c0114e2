import { z } from 'zod';
import { chainLimits } from '../chainLimits.ts';
import * as field from './fields.ts';
import { table } from './table.ts';

const minor = z.int().min(-chainLimits.amount).max(chainLimits.amount);

/** What a folder says of the menu and its prices. */
export const menuTables = {
  categories: table({
    about: 'The parts of the menu.',
    identity: ['key'],
    kind: 'category',
    row: z.strictObject({
      key: field.key,
      position: field.position.describe('Where it stands in the menu: lower comes first.'),
      name: field.texts(chainLimits.name),
    }),
  }),
  modifierGroups: table({
    about: 'Choices that a guest makes for an item, such as extras.',
    identity: ['key'],
    kind: 'modifierGroup',
    row: z.strictObject({
      key: field.key,
      name: field.texts(chainLimits.name),
      min: z.int().min(0).max(chainLimits.requiredChoices).describe('So many must be chosen.'),
      max: z.int().min(1).max(chainLimits.choices).describe('So many may be chosen.'),
    }),
  }),
  modifiers: table({
    about: 'What a group offers. A group that has one here offers no others.',
    identity: ['key'],
    kind: 'modifier',
    refs: { group: 'modifierGroup' },
    row: z.strictObject({
      key: field.key,
      group: field.keyOf('modifier group'),
      position: field.position,
      name: field.texts(chainLimits.name),
      maxQuantity: z.int().min(1).max(chainLimits.ofModifier).describe('How often one unit of an item may have it.'),
      allergens: z.array(field.allergen).default([]),
    }),
  }),
  items: table({
    about: 'What is sold. An item shows on the menu of a store once it has a price there.',
    identity: ['key'],
    kind: 'item',
    refs: { category: 'category', groups: 'modifierGroup' },
    row: z.strictObject({
      key: field.key,
      category: field.keyOf('category'),
      position: field.position.describe('Where it stands in its category: lower comes first.'),
      combo: z.boolean().default(false).describe('It is made of other items, which fill its slots.'),
      taxClass: field.taxClass,
      name: field.texts(chainLimits.name),
      description: field.anyTexts(chainLimits.description).default({}),
      allergens: z.array(field.allergen).default([]).describe('Of what it is always made of.'),
      kilocalories: z.int().min(0).max(chainLimits.kilocalories).optional(),
      groups: z.array(field.key).default([]).describe('Keys of its modifier groups, in their order.'),
      removed: z.boolean().default(false).describe('It is sold nowhere any more.'),
    }),
  }),
  sizes: table({
    about: 'Sizes of items. An item that has one here has no others.',
    identity: ['key'],
    kind: 'size',
    refs: { item: 'item' },
    row: z.strictObject({
      key: field.key,
      item: field.keyOf('item'),
      position: field.position,
      name: field.texts(chainLimits.name),
      isDefault: z.boolean().describe('The usual one: exactly one of an item.'),
    }),
  }),
  comboSlots: table({
    about: 'What a combo is made of. A combo that has one here has no others.',
    identity: ['key'],
    kind: 'slot',
    refs: { combo: 'item' },
    row: z.strictObject({
      key: field.key,
      combo: field.keyOf('combo, an item'),
      position: field.position,
      name: field.texts(chainLimits.name),
      required: z.boolean().describe('It must be filled; with one choice it fills itself.'),
    }),
  }),
  comboChoices: table({
    about: 'What can fill a slot. A slot that has one here has no others.',
    identity: ['key'],
    kind: 'choice',
    refs: { slot: 'slot', item: 'item' },
    row: z.strictObject({
      key: field.key,
      slot: field.keyOf('slot'),
      item: field.keyOf('item'),
      position: field.position,
    }),
  }),
  prices: table({
    about:
      'What an item costs, or what a size, a modifier or a choice of a combo adds, in a country or at one store, in a window of time. ' +
      'Windows may overlap: the one that began last holds, and a store’s own before its country’s.',
    identity: ['country', 'store', 'kind', 'key', 'validFrom'],
    each: ['country', 'store', 'key'],
    spread: {
      column: 'amounts',
      into: { name: 'country', value: 'amount' },
      about: 'The amount of each country, in place of `country` and `amount`; in CSV a column for each, `amounts.DE`.',
    },
    refs: { country: 'country', store: 'store', key: { by: 'kind' } },
    row: z.strictObject({
      country: field.country.optional().describe('For all stores of this country. Give either this or `store`.'),
      store: field.keyOf('store').optional().describe('For this store only.'),
      kind: z.enum(['item', 'size', 'modifier', 'choice']).describe('What `key` names.'),
      key: field.key,
      amount: minor.describe('In the smallest units of the currency: 590 is 5.90 EUR, and 590 JPY.'),
      validFrom: field.instant.optional().describe('Empty: from the beginning.'),
      validUntil: field.instant.optional().describe('Empty: until another one begins.'),
    }),
  }),
};
