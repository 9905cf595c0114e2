import { seedIngredients, type SeedAllergen } from './ingredients.ts';
import type { SeedCountry } from './stores.ts';
import type { Texts } from './texts.ts';

/**
 * The categories, in the order of the menu. What they hold stands in menuItems.ts and combos.ts, what it is made of in
 * ingredients.ts. Ids follow from the slugs: seedId('category', slug), seedId('menuItem', slug), seedId('ingredient',
 * slug), seedId('modifier', slug), seedId('modifierGroup', slug), seedId('size', `${item}/${size}`), seedId('slot',
 * `${combo}/${slot}`), seedId('slotChoice', `${combo}/${slot}/${item}`).
 */
export const seedCategories: readonly { readonly slug: string; readonly name: Texts }[] = [
  { slug: 'combos', name: { en: 'Meals', de: 'Menüs' } },
  { slug: 'burgers', name: { en: 'Burgers', de: 'Burger' } },
  { slug: 'chicken', name: { en: 'Chicken', de: 'Hähnchen' } },
  { slug: 'fish', name: { en: 'Fish', de: 'Fisch' } },
  { slug: 'veggie', name: { en: 'Vegetarian & vegan', de: 'Vegetarisch & vegan' } },
  { slug: 'wraps', name: { en: 'Wraps', de: 'Wraps' } },
  { slug: 'salads', name: { en: 'Salads', de: 'Salate' } },
  { slug: 'sides', name: { en: 'Sides', de: 'Beilagen' } },
  { slug: 'dips', name: { en: 'Dips', de: 'Dips' } },
  { slug: 'desserts', name: { en: 'Desserts', de: 'Desserts' } },
  { slug: 'shakes', name: { en: 'Shakes', de: 'Shakes' } },
  { slug: 'drinks', name: { en: 'Cold drinks', de: 'Kalte Getränke' } },
  { slug: 'hot-drinks', name: { en: 'Hot drinks', de: 'Heiße Getränke' } },
  { slug: 'breakfast', name: { en: 'Breakfast', de: 'Frühstück' } },
];

const allergensByIngredient = new Map(seedIngredients.map((ingredient) => [ingredient.slug, ingredient.allergens]));

/** The allergens of the ingredients of a recipe, in alphabetical order. */
export function allergensOf(recipe: Readonly<Record<string, number>>): SeedAllergen[] {
  const found = Object.keys(recipe).flatMap((slug) => {
    const allergens = allergensByIngredient.get(slug);
    if (!allergens) throw new Error(`The seeded recipes name an unknown ingredient: ${slug}`);
    return allergens;
  });
  return [...new Set(found)].sort();
}

/** How euro amounts are converted: the rate in per mille, and the step in minor units to which prices are rounded. */
const conversion: Readonly<Record<SeedCountry, { readonly rate: number; readonly step: number }>> = {
  DE: { rate: 1_000, step: 1 },
  GB: { rate: 880, step: 5 },
  US: { rate: 1_120, step: 1 },
  JP: { rate: 1_500, step: 10 },
};

/** The price in minor units of a country's currency for a price of `cents` in euro. */
export function priceIn(country: SeedCountry, cents: number): number {
  const { rate, step } = conversion[country];
  // Adding 0 turns -0 into 0.
  return Math.round((cents * rate) / 1_000 / step) * step + 0;
}
