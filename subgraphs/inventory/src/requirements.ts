/** What one of a thing uses, by ingredient. */
export type Recipe = ReadonlyMap<string, number>;

export interface RequiredLine {
  readonly menuItemId: string;
  readonly quantity: number;
  /** Empty: the usual one. */
  readonly sizeId: string;
  readonly modifierIds: readonly string[];
}

/** Everything that lines may ask for. */
export interface Recipes {
  readonly items: ReadonlyMap<string, Recipe>;
  /** In place of the item's own, by `inSize`. */
  readonly sizes: ReadonlyMap<string, Recipe>;
  readonly modifiers: ReadonlyMap<string, Recipe>;
}

export const inSize = (sizeId: string, menuItemId: string): string => `${sizeId}:${menuItemId}`;

export interface Allocation {
  /** What all lines use together, by ingredient. */
  readonly total: ReadonlyMap<string, number>;
  /** Items whose lines cannot be made from what is free, in the order of the lines; empty: everything can be made. */
  readonly missing: readonly string[];
}

const noRecipe: Recipe = new Map();

function usesOf(line: RequiredLine, { items, sizes, modifiers }: Recipes): Map<string, number> {
  const uses = new Map<string, number>();
  const own = sizes.get(inSize(line.sizeId, line.menuItemId)) ?? items.get(line.menuItemId) ?? noRecipe;
  const recipes = [own, ...line.modifierIds.map((id) => modifiers.get(id) ?? noRecipe)];
  for (const recipe of recipes)
    for (const [ingredient, quantity] of recipe)
      uses.set(ingredient, (uses.get(ingredient) ?? 0) + quantity * line.quantity);
  return uses;
}

/**
 * Goes through the lines in order and gives each what it uses, while there is enough. A line that cannot be made takes
 * nothing, so that only what is really missing is named. What has no recipe uses nothing; a size without one of its own
 * takes the usual one.
 * @param free what is on hand, by ingredient; nothing of what is not in it
 */
export function allocate(
  lines: readonly RequiredLine[],
  recipes: Recipes,
  free: ReadonlyMap<string, number>,
): Allocation {
  const total = new Map<string, number>();
  const missing = new Set<string>();
  for (const line of lines) {
    const uses = [...usesOf(line, recipes)];
    const enough = uses.every(
      ([ingredient, quantity]) => (total.get(ingredient) ?? 0) + quantity <= (free.get(ingredient) ?? 0),
    );
    if (enough)
      for (const [ingredient, quantity] of uses) total.set(ingredient, (total.get(ingredient) ?? 0) + quantity);
    else missing.add(line.menuItemId);
  }
  return { total, missing: [...missing] };
}
