import type { PriceWindow } from './prices.ts';

/** A text in each language, by lower-case language code such as `en` or `de`. */
export type Texts = Readonly<Record<string, string>>;
export type Allergens = readonly string[];

export interface Category {
  readonly id: string;
  readonly position: number;
  readonly name: Texts;
  /** Counts the edits of the category itself, from 1 on. */
  readonly version: number;
  readonly retired: boolean;
}

export interface Image {
  readonly size: 'SMALL' | 'MEDIUM' | 'LARGE';
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
}

export interface Size {
  readonly id: string;
  readonly name: Texts;
  readonly isDefault: boolean;
}

export interface Modifier {
  readonly id: string;
  readonly name: Texts;
  readonly maxQuantity: number;
  readonly allergens: Allergens;
}

export interface ModifierGroup {
  readonly id: string;
  readonly name: Texts;
  readonly min: number;
  readonly max: number;
  /** Counts the edits of the group and its modifiers, from 1 on. */
  readonly version: number;
  readonly retired: boolean;
  readonly modifiers: readonly Modifier[];
}

export interface SlotChoice {
  readonly id: string;
  readonly item: Item;
}

export interface Slot {
  readonly id: string;
  readonly name: Texts;
  readonly required: boolean;
  readonly choices: readonly SlotChoice[];
}

export interface Item {
  readonly id: string;
  readonly category: Category;
  readonly kind: 'SIMPLE' | 'COMBO';
  readonly position: number;
  readonly taxClass: 'FOOD' | 'BEVERAGE' | 'ALCOHOL';
  readonly name: Texts;
  readonly description: Texts;
  /** Allergens of the ingredients that the item always contains, whatever the guest chooses. */
  readonly allergens: Allergens;
  readonly kilocalories: number | null;
  readonly removed: boolean;
  /** Counts the edits of the item, its sizes and its slots, from 1 on; prices have no part in it. */
  readonly version: number;
  readonly images: readonly Image[];
  readonly sizes: readonly Size[];
  readonly groups: readonly ModifierGroup[];
  readonly slots: readonly Slot[];
}

export interface PriceList {
  readonly id: string;
  readonly country: string;
  readonly currency: string;
  readonly exponent: number;
  /** Prices by the id of what they are for: an item, or the size, modifier or slot choice that has a surcharge. */
  readonly prices: ReadonlyMap<string, readonly PriceWindow[]>;
}

/**
 * Everything that the chain sells anywhere, with the price lists of all countries, as of one version. A catalogue is
 * never changed; a change of the menu loads a new one.
 */
export interface Catalogue {
  readonly version: number;
  readonly categories: readonly Category[];
  readonly items: ReadonlyMap<string, Item>;
  /** The items that are not removed, in the order of the menu. */
  readonly menuOrder: readonly Item[];
  readonly sizes: ReadonlyMap<string, Size>;
  readonly groups: ReadonlyMap<string, ModifierGroup>;
  readonly modifiers: ReadonlyMap<string, Modifier>;
  readonly slots: ReadonlyMap<string, Slot>;
  readonly priceLists: ReadonlyMap<string, PriceList>;
  /** The combos that an item may be part of. */
  readonly combosWith: ReadonlyMap<string, readonly Item[]>;
  /** By the id of what has a price: the items whose entries show that price. */
  readonly itemsPricedBy: ReadonlyMap<string, readonly Item[]>;
}

/** The sort key of an item within the menu. No two items have the same key. */
export const menuKey = (item: Item): [number, number, string] => [item.category.position, item.position, item.id];

export const compareKeys = (a: readonly (string | number | null)[], b: readonly (string | number | null)[]): number => {
  for (const [index, part] of a.entries()) {
    const other = b[index] ?? null;
    if (part === other) continue;
    return part === null || (other !== null && part < other) ? -1 : 1;
  }
  return 0;
};

export type Parts = Pick<Catalogue, 'version' | 'categories'> & {
  readonly items: readonly Item[];
  /** All groups, also those that no item has. */
  readonly groups: readonly ModifierGroup[];
  readonly priceLists: readonly PriceList[];
  /** What is sold no longer, but may stand in an order. */
  readonly gone: { readonly sizes: readonly Size[]; readonly modifiers: readonly Modifier[] };
};

function multimap<Key, Value>(pairs: Iterable<readonly [Key, Value]>): Map<Key, Value[]> {
  const map = new Map<Key, Value[]>();
  for (const [key, value] of pairs) map.set(key, [...(map.get(key) ?? []), value]);
  return map;
}

const byId = <Thing extends { readonly id: string }>(things: Iterable<Thing>): Map<string, Thing> =>
  new Map([...things].map((thing) => [thing.id, thing]));

/** Puts the parts together and builds the indexes over them. */
export function catalogueOf({ version, categories, items, groups, priceLists, gone }: Parts): Catalogue {
  return {
    version,
    categories: [...categories].sort((a, b) => a.position - b.position),
    items: byId(items),
    menuOrder: items.filter((item) => !item.removed).sort((a, b) => compareKeys(menuKey(a), menuKey(b))),
    sizes: byId([...gone.sizes, ...items.flatMap((item) => item.sizes)]),
    groups: byId(groups),
    modifiers: byId([...gone.modifiers, ...groups.flatMap((group) => group.modifiers)]),
    slots: byId(items.flatMap((item) => item.slots)),
    priceLists: byId(priceLists),
    combosWith: multimap(items.flatMap((combo) => [...choicesOf(combo)].map((item) => [item.id, combo] as const))),
    itemsPricedBy: multimap(items.flatMap((item) => subjectsOf(item).map((subject) => [subject, item] as const))),
  };
}

const choicesOf = (combo: Item): Set<Item> =>
  new Set(combo.slots.flatMap((slot) => slot.choices.map((choice) => choice.item)));

const subjectsOf = (item: Item): string[] => [
  item.id,
  ...item.sizes.map((size) => size.id),
  ...item.groups.flatMap((group) => group.modifiers.map((modifier) => modifier.id)),
  ...item.slots.flatMap((slot) => slot.choices.map((choice) => choice.id)),
];
