/** One ingredient of an item's recipe, compared with the stock of a store. */
export interface RecipeCheck {
  readonly menuItemId: string;
  readonly ingredientId: string;
  /** Whether there is enough on hand for one item. */
  readonly enough: boolean;
  /** Whether the item has been announced as not makeable. */
  readonly short: boolean;
  /** Whether the ingredient is one of those that have just moved. */
  readonly moved: boolean;
}

export interface MakeabilityChange {
  readonly menuItemId: string;
  readonly makeable: boolean;
  /** The ingredient that ran out or was restocked. */
  readonly ingredientId: string;
}

/**
 * The items that can be made now, or can no longer be made. An item can be made when there is enough of every
 * ingredient for one.
 */
export function makeabilityChanges(checks: readonly RecipeCheck[]): MakeabilityChange[] {
  const byItem = new Map<string, RecipeCheck[]>();
  for (const check of checks) byItem.set(check.menuItemId, [...(byItem.get(check.menuItemId) ?? []), check]);
  return [...byItem].flatMap(([menuItemId, own]) => {
    const lacking = own.filter((check) => !check.enough);
    const makeable = lacking.length === 0;
    if (makeable !== own.some((check) => check.short)) return [];
    const blamed = (makeable ? own : lacking).find((check) => check.moved) ?? (makeable ? own : lacking)[0];
    return blamed ? [{ menuItemId, makeable, ingredientId: blamed.ingredientId }] : [];
  });
}
