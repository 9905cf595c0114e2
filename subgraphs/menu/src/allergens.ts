import type { Allergens, Item } from './catalogue.ts';

const common = (lists: readonly (readonly string[])[]): string[] => {
  const [first = [], ...rest] = lists;
  return first.filter((allergen) => rest.every((list) => list.includes(allergen)));
};

/**
 * The allergens of an item that the guest cannot avoid by any choice: its own, and those that all choices of a
 * required group or slot have in common. In alphabetical order.
 */
export function unavoidableAllergens(item: Item): string[] {
  const chosen = item.groups
    .filter((group) => group.min > 0)
    .flatMap((group) => common(group.modifiers.map((modifier) => modifier.allergens)));
  const filled = item.slots
    .filter((slot) => slot.required)
    .flatMap((slot) => common(slot.choices.map((choice) => unavoidableAllergens(choice.item))));
  return [...new Set([...item.allergens, ...chosen, ...filled])].sort();
}

/** Whether the guest can order the item, by some choice, without any of these allergens. */
export function canAvoid(item: Item, allergens: ReadonlySet<string>): boolean {
  const free = (list: Allergens): boolean => !list.some((allergen) => allergens.has(allergen));
  return (
    free(item.allergens) &&
    item.groups.every((group) => group.min === 0 || group.modifiers.some((modifier) => free(modifier.allergens))) &&
    item.slots.every((slot) => !slot.required || slot.choices.some((choice) => canAvoid(choice.item, allergens)))
  );
}
