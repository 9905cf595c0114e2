import { expect, test } from 'vitest';
import { allergensOf, priceIn, seedCategories } from './catalogue.ts';
import { seedCombos } from './combos.ts';
import { seedIngredients } from './ingredients.ts';
import { seedItems } from './menuItems.ts';
import { seedModifierGroups } from './modifierGroups.ts';

const unique = (values: readonly string[]) => expect(new Set(values).size).toBe(values.length);

test('at least 80 items, each of a known category, made of known ingredients, with known modifier groups', () => {
  expect(seedItems.length + seedCombos.length).toBeGreaterThanOrEqual(80);
  const categories = seedCategories.map((category) => category.slug);
  const groups = seedModifierGroups.map((group) => group.slug);
  for (const item of seedItems) {
    expect(categories).toContain(item.category);
    for (const group of item.groups) expect(groups).toContain(group);
    expect(Object.keys(item.recipe).length).toBeGreaterThan(0);
    expect(() => allergensOf(item.recipe)).not.toThrow();
    expect(item.sizes.filter((size) => size.isDefault)).toHaveLength(item.sizes.length > 0 ? 1 : 0);
  }
  unique([...seedItems, ...seedCombos].map((item) => item.slug));
});

test('every combo is made of items that are sold wherever the combo is', () => {
  const everywhere = new Set(seedItems.filter((item) => !item.countries).map((item) => item.slug));
  for (const combo of seedCombos) {
    unique(combo.slots.map((slot) => slot.slug));
    for (const slot of combo.slots) for (const item of Object.keys(slot.choices)) expect(everywhere).toContain(item);
  }
});

test('modifiers stand in one group each and use known ingredients', () => {
  unique(seedModifierGroups.flatMap((group) => group.modifiers.map((modifier) => modifier.slug)));
  for (const group of seedModifierGroups) {
    for (const modifier of group.modifiers) expect(() => allergensOf(modifier.recipe)).not.toThrow();
    expect(group.modifiers.reduce((sum, modifier) => sum + modifier.maxQuantity, 0)).toBeGreaterThanOrEqual(group.min);
  }
});

test('every ingredient is used, and prices are whole minor units', () => {
  const used = new Set(
    [...seedItems, ...seedModifierGroups.flatMap((group) => group.modifiers)].flatMap((thing) =>
      Object.keys(thing.recipe),
    ),
  );
  expect(seedIngredients.filter((ingredient) => !used.has(ingredient.slug))).toEqual([]);
  expect(priceIn('DE', 590)).toBe(590);
  expect(priceIn('GB', 590)).toBe(520);
  expect(priceIn('US', 590)).toBe(661);
  expect(priceIn('JP', 590)).toBe(890);
  expect(Object.is(priceIn('GB', -1), 0)).toBe(true);
});
