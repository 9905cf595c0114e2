import { seedChain } from './chain.ts';

/** An item of the seeded menu that the kitchen makes and a guest may order alone. */
export interface SeedItem {
  readonly slug: string;
  readonly category: string;
  readonly name: Readonly<Record<string, string>>;
  readonly description: Readonly<Record<string, string>>;
  readonly allergens: readonly string[];
  readonly kilocalories: number | undefined;
  /** Names of its sizes, in their order. */
  readonly sizes: readonly Readonly<Record<string, string>>[];
  /** What it costs in its usual size, in minor units, by the countries in which it is sold. */
  readonly prices: ReadonlyMap<string, number>;
}

export function seedItems(): readonly SeedItem[] {
  const { rows, keyOf } = seedChain();
  return rows.items
    .filter(({ combo }) => !combo)
    .map(({ key, category, name, description, allergens, kilocalories }) => ({
      slug: keyOf(key),
      category: keyOf(category),
      name,
      description,
      allergens,
      kilocalories,
      sizes: rows.sizes.filter(({ item }) => item === key).map((size) => size.name),
      prices: new Map(
        rows.prices.flatMap((price) =>
          price.key === key && price.country !== undefined ? [[price.country, price.amount]] : [],
        ),
      ),
    }));
}
