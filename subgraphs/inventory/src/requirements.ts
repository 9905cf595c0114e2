/** How much one item or modifier uses, by ingredient id. */
export type Recipe = ReadonlyMap<string, number>;

export interface RequiredLine {
  readonly menuItemId: string;
  readonly quantity: number;
  /** Id of the size; empty for the usual size. */
  readonly sizeId: string;
  readonly modifierIds: readonly string[];
}

/** The recipes of everything that lines may contain. */
export interface Recipes {
  readonly items: ReadonlyMap<string, Recipe>;
  /** Recipes of sizes, which replace the item's own recipe, by the key from `inSize`. */
  readonly sizes: ReadonlyMap<string, Recipe>;
  readonly modifiers: ReadonlyMap<string, Recipe>;
}

export const inSize = (sizeId: string, menuItemId: string): string => `${sizeId}:${menuItemId}`;

export interface Allocation {
  /** What all lines use together, by ingredient id. */
  readonly total: ReadonlyMap<string, number>;
  /**
   * The items whose lines cannot be made from what is free, in the order of the lines; empty when everything can be
   * made.
   */
  readonly missing: readonly string[];
  /** The lines that cannot be made, counted from 0. */
  readonly missingLines: readonly number[];
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
 * Allocates stock to the lines in their order, while there is enough. A line that cannot be made takes nothing, so
 * that only items that are really missing are named. What has no recipe uses nothing; a size without a recipe of its
 * own uses the item's.
 * @param free what is on hand, by ingredient id; an ingredient that is missing from it is not on hand
 */
export function allocate(
  lines: readonly RequiredLine[],
  recipes: Recipes,
  free: ReadonlyMap<string, number>,
): Allocation {
  const total = new Map<string, number>();
  const missingLines: number[] = [];
  for (const [index, line] of lines.entries()) {
    const uses = [...usesOf(line, recipes)];
    const enough = uses.every(
      ([ingredient, quantity]) => (total.get(ingredient) ?? 0) + quantity <= (free.get(ingredient) ?? 0),
    );
    if (enough)
      for (const [ingredient, quantity] of uses) total.set(ingredient, (total.get(ingredient) ?? 0) + quantity);
    else missingLines.push(index);
  }
  return { total, missing: [...new Set(missingLines.map((index) => lines[index]!.menuItemId))], missingLines };
}
