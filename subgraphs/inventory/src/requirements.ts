/** What one of a thing uses, by ingredient. */
export type Recipe = ReadonlyMap<string, number>;

export interface RequiredLine {
  readonly menuItemId: string;
  readonly quantity: number;
  readonly modifierIds: readonly string[];
}

export interface Allocation {
  /** What all lines use together, by ingredient. */
  readonly total: ReadonlyMap<string, number>;
  /** Items whose lines cannot be made from what is free, in the order of the lines; empty: everything can be made. */
  readonly missing: readonly string[];
}

const noRecipe: Recipe = new Map();

function usesOf(line: RequiredLine, items: ReadonlyMap<string, Recipe>, modifiers: ReadonlyMap<string, Recipe>): Map<string, number> {
  const uses = new Map<string, number>();
  const recipes = [items.get(line.menuItemId) ?? noRecipe, ...line.modifierIds.map((id) => modifiers.get(id) ?? noRecipe)];
  for (const recipe of recipes) for (const [ingredient, quantity] of recipe) uses.set(ingredient, (uses.get(ingredient) ?? 0) + quantity * line.quantity);
  return uses;
}

/**
 * Goes through the lines in order and gives each what it uses, while there is enough. A line that cannot be made takes nothing, so
 * that only what is really missing is named. What has no recipe uses nothing.
 * @param free what is on hand, by ingredient; nothing of what is not in it
 */
export function allocate(
  lines: readonly RequiredLine[], items: ReadonlyMap<string, Recipe>, modifiers: ReadonlyMap<string, Recipe>, free: ReadonlyMap<string, number>,
): Allocation {
  const total = new Map<string, number>();
  const missing = new Set<string>();
  for (const line of lines) {
    const uses = [...usesOf(line, items, modifiers)];
    const enough = uses.every(([ingredient, quantity]) => (total.get(ingredient) ?? 0) + quantity <= (free.get(ingredient) ?? 0));
    if (enough) for (const [ingredient, quantity] of uses) total.set(ingredient, (total.get(ingredient) ?? 0) + quantity);
    else missing.add(line.menuItemId);
  }
  return { total, missing: [...missing] };
}
