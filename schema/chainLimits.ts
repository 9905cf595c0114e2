/**
 * How much may be said of a chain. Mutations and imports read the same limits, so that each takes what the other took.
 * Texts are counted in characters, as `charactersIn` counts them.
 */
export const chainLimits = {
  /** Names of categories, items, sizes, groups, modifiers, slots and ingredients, in each language. */
  name: 200,
  description: 2_000,
  storeName: 200,
  street: 200,
  city: 100,
  postalCode: 20,
  note: 200,
  courierName: 100,
  /** How many choices a guest must make of a group of extras. */
  requiredChoices: 100,
  /** How many choices a guest may make of a group of extras. */
  choices: 1_000,
  /** How often one unit of an item may have an extra. */
  ofModifier: 100,
  position: 1_000_000,
  kilocalories: 100_000,
  openOrders: 100_000,
  /** In the smallest units of a currency, either way. */
  amount: 10_000_000,
  /** Of an ingredient, in one delivery, count or line of a recipe. */
  quantity: 10_000_000,
  reorderLevel: 1_000_000_000,
} as const;
