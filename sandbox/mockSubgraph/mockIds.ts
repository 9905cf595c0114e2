import { seedChain } from '#schema/seed/chain.ts';
import { seedId } from '#schema/seed/seedId.ts';

const { rows } = seedChain();
const idsOf = (of: readonly { readonly key: string }[]): readonly string[] => of.map(({ key }) => key);
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
  MenuItem: idsOf(rows.items.filter(({ combo }) => !combo)),
  MenuCategory: idsOf(rows.categories),
  ModifierGroup: idsOf(rows.modifierGroups),
  Modifier: idsOf(rows.modifiers),
  ComboSlot: idsOf(rows.comboSlots),
};

/** The id of a type's n-th entity, counted around: always the same for the same n. */
export function mockId(type: string, n: number): string {
  const known = seeded[type];
  return known ? known[n % known.length]! : seedId(`mock-${type}`, n % 1_000);
}
