import { seedCategories } from '#schema/seed/catalogue.ts';
import { seedCombos } from '#schema/seed/combos.ts';
import { seedItems } from '#schema/seed/menuItems.ts';
import { seedModifierGroups } from '#schema/seed/modifierGroups.ts';
import { seedId } from '#schema/seed/seedId.ts';

const slugs = (kind: string, of: readonly { readonly slug: string }[]): readonly string[] =>
  of.map(({ slug }) => seedId(kind, slug));
const numbered = (kind: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => seedId(kind, index + 1));

/**
 * The ids of the seed, by type: mocks point at them, so that what a mock says joins what the subgraphs that run know.
 */
const seeded: Readonly<Record<string, readonly string[]>> = {
  Store: numbered('store', 12),
  Customer: numbered('customer', 3),
  Courier: numbered('courier', 6),
  Vendor: numbered('vendor', 3),
  MenuItem: slugs('menuItem', seedItems),
  MenuCategory: slugs('category', seedCategories),
  ModifierGroup: slugs('modifierGroup', seedModifierGroups),
  Modifier: slugs(
    'modifier',
    seedModifierGroups.flatMap(({ modifiers }) => modifiers),
  ),
  ComboSlot: seedCombos.flatMap((combo) => combo.slots.map((slot) => seedId('slot', `${combo.slug}/${slot.slug}`))),
};

/** The id of a type's n-th entity, counted around: always the same for the same n. */
export function mockId(type: string, n: number): string {
  const known = seeded[type];
  return known ? known[n % known.length]! : seedId(`mock-${type}`, n % 1_000);
}
