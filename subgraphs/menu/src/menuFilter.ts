import { canAvoid } from './allergens.ts';
import type { Item } from './catalogue.ts';
import type { Entry } from './storeMenu.ts';

/** Conditions of which all must hold; one that is missing holds for every entry. */
export interface MenuConditions {
  readonly categoryId?: string | null | undefined;
  readonly text?: string | null | undefined;
  readonly withoutAllergens?: readonly string[] | null | undefined;
  /** In minor units of the store's currency. */
  readonly maxPrice?: number | null | undefined;
  readonly availableOnly?: boolean | null | undefined;
}

/** The text in lower case and without accents, so that a search for `kase` finds `Käse`. */
const folded = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

const searchTexts = new WeakMap<Item, string>();

function searchTextOf(item: Item): string {
  const known = searchTexts.get(item);
  if (known !== undefined) return known;
  const text = folded([...Object.values(item.name), ...Object.values(item.description)].join('\n'));
  searchTexts.set(item, text);
  return text;
}

/** The entries that meet all conditions, in their given order. */
export function filterEntries(entries: readonly Entry[], conditions: MenuConditions): Entry[] {
  const words = folded(conditions.text ?? '')
    .split(/\s+/)
    .filter(Boolean);
  const allergens = new Set(conditions.withoutAllergens ?? []);
  const { categoryId, maxPrice } = conditions;
  return entries.filter(
    ({ item, price, unavailableReason }) =>
      (categoryId == null || item.category.id === categoryId) &&
      (maxPrice == null || price <= maxPrice) &&
      (!conditions.availableOnly || unavailableReason === null) &&
      words.every((word) => searchTextOf(item).includes(word)) &&
      (allergens.size === 0 || canAvoid(item, allergens)),
  );
}
