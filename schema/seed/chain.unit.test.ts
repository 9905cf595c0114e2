import { expect, test } from 'vitest';
import { seedChain } from './chain.ts';

const { rows, keyOf } = seedChain();

test('rows that name several stand for as many', () => {
  expect(rows.stock).toHaveLength(rows.stores.length * rows.ingredients.length);
  expect(rows.taxRates).toHaveLength(4 * 3 * 4);
  expect(rows.openingHours.filter(({ store }) => keyOf(store) === '1')).toHaveLength(7);
});

test('what a combo is made of is sold wherever the combo is', () => {
  const sold = (item: string) =>
    rows.prices.filter(({ key, country }) => key === item && country !== undefined).map(({ country }) => country);
  const combo = new Map(rows.comboSlots.map((slot) => [slot.key, slot.combo]));
  const unsold = rows.comboChoices.filter(({ slot, item }) => {
    const here = new Set(sold(item));
    return sold(combo.get(slot)!).some((country) => !here.has(country));
  });
  expect(unsold.map(({ key }) => keyOf(key))).toEqual([]);
});

test('every simple item has a recipe, and every ingredient is used', () => {
  const made = new Set(rows.recipes.map(({ item }) => item));
  expect(rows.items.filter(({ combo, key }) => !combo && !made.has(key))).toEqual([]);
  const used = new Set([...rows.recipes, ...rows.modifierRecipes].map(({ ingredient }) => ingredient));
  expect(rows.ingredients.filter(({ key }) => !used.has(key))).toEqual([]);
});

test('there are enough modifiers for what a group asks', () => {
  for (const group of rows.modifierGroups) {
    const own = rows.modifiers.filter((modifier) => modifier.group === group.key);
    expect(own.reduce((sum, { maxQuantity }) => sum + maxQuantity, 0)).toBeGreaterThanOrEqual(group.min);
  }
});
