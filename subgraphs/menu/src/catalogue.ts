import type { PriceWindow } from './prices.ts';

/** A text by language: `en`, `de`. */
export type Texts = Readonly<Record<string, string>>;
export type Allergens = readonly string[];

export interface Category {
  readonly id: string;
  readonly position: number;
  readonly name: Texts;
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
  /** Of what it is always made of. */
  readonly allergens: Allergens;
  readonly kilocalories: number | null;
  readonly removed: boolean;
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
  /** By subject: an item, or what has a surcharge. */
  readonly prices: ReadonlyMap<string, readonly PriceWindow[]>;
}

/** All that is sold anywhere, with the price lists of the countries, as of one version. Never changed once made. */
export interface Catalogue {
  readonly version: number;
  readonly categories: readonly Category[];
  readonly items: ReadonlyMap<string, Item>;
  /** What is sold, in the order of the menu. */
  readonly menuOrder: readonly Item[];
  readonly sizes: ReadonlyMap<string, Size>;
  readonly groups: ReadonlyMap<string, ModifierGroup>;
  readonly modifiers: ReadonlyMap<string, Modifier>;
  readonly slots: ReadonlyMap<string, Slot>;
  readonly priceLists: ReadonlyMap<string, PriceList>;
  /** The combos that an item may be part of. */
  readonly combosWith: ReadonlyMap<string, readonly Item[]>;
  /** Which items' entries show the price of a subject. */
  readonly itemsPricedBy: ReadonlyMap<string, readonly Item[]>;
}

/** Where an item stands in the menu: orders totally. */
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
  readonly priceLists: readonly PriceList[];
};

function multimap<Key, Value>(pairs: Iterable<readonly [Key, Value]>): Map<Key, Value[]> {
  const map = new Map<Key, Value[]>();
  for (const [key, value] of pairs) map.set(key, [...(map.get(key) ?? []), value]);
  return map;
}

const byId = <Thing extends { readonly id: string }>(things: Iterable<Thing>): Map<string, Thing> =>
  new Map([...things].map((thing) => [thing.id, thing]));

/** Builds the indexes over the parts. */
export function catalogueOf({ version, categories, items, priceLists }: Parts): Catalogue {
  const groups = byId(items.flatMap((item) => item.groups));
  return {
    version,
    categories: [...categories].sort((a, b) => a.position - b.position),
    items: byId(items),
    menuOrder: items.filter((item) => !item.removed).sort((a, b) => compareKeys(menuKey(a), menuKey(b))),
    sizes: byId(items.flatMap((item) => item.sizes)),
    groups,
    modifiers: byId([...groups.values()].flatMap((group) => group.modifiers)),
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
