/** One ingredient of an item, as a store has it now. */
export interface RecipeCheck {
  readonly menuItemId: string;
  readonly ingredientId: string;
  /** There is enough on hand for one. */
  readonly enough: boolean;
  /** The item was known not to be makeable. */
  readonly short: boolean;
  /** The ingredient is one of those that have just moved. */
  readonly moved: boolean;
}

export interface MakeabilityChange {
  readonly menuItemId: string;
  readonly makeable: boolean;
  /** The ingredient that ran out or came back. */
  readonly ingredientId: string;
}

/** Which items can, or can no longer, be made. An item can be made when there is enough of every ingredient for one. */
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
