import type { Catalogue, Category, Item, ModifierGroup } from '../catalogue.ts';
import type { TouchedPrice } from './editPrice.ts';
import { subjectOf, type MenuEdit } from './menuEdit.ts';

export type ItemChange = 'CREATED' | 'DETAILS' | 'PRICE' | 'REMOVED';

/** All of an item that an entry shows, whatever it costs. */
const contentOf = (item: Item): string =>
  JSON.stringify({
    ...item,
    slots: item.slots.map((slot) => ({
      ...slot,
      choices: slot.choices.map(({ id, item: { id: itemId, removed } }) => ({ id, itemId, removed })),
    })),
  });

/** What became of each item whose entries are not as they were. */
export function itemChanges(
  before: Catalogue,
  after: Catalogue,
  touched: readonly TouchedPrice[],
): Map<string, ItemChange> {
  const changes = new Map<string, ItemChange>(
    touched.flatMap(({ subject_id }) =>
      (after.itemsPricedBy.get(subject_id) ?? []).map(({ id }) => [id, 'PRICE'] as const),
    ),
  );
  for (const item of after.items.values()) {
    const was = before.items.get(item.id);
    if (!was || (was.removed && !item.removed)) changes.set(item.id, 'CREATED');
    else if (!was.removed && item.removed) changes.set(item.id, 'REMOVED');
    else if (contentOf(was) !== contentOf(item)) changes.set(item.id, 'DETAILS');
  }
  return changes;
}

/** All that decides whether stores without a price of their own sell an item, whatever it costs. */
const saleOf = ({ priceLists }: Catalogue, { id, removed, slots }: Item): string =>
  JSON.stringify({
    removed,
    slots: slots.map(({ required, choices }) => ({
      required,
      choices: choices.map(({ item }) => [item.id, item.removed]),
    })),
    windows: [...priceLists].map(([list, { prices }]) => [
      list,
      (prices.get(id) ?? []).map(({ from, until }) => [from, until]),
    ]),
  });

/**
 * Those of the changed items that some store may sell from now on, or no longer. A new name or amount lets every store
 * sell what it sold.
 */
export const itemsSoldOtherwise = (
  before: Catalogue,
  after: Catalogue,
  itemIds: Iterable<string>,
  touched: readonly TouchedPrice[],
): string[] => {
  const own = new Set(
    touched
      .filter(({ store_id }) => store_id !== null)
      .flatMap(({ subject_id }) => (after.itemsPricedBy.get(subject_id) ?? []).map(({ id }) => id)),
  );
  return [...itemIds].filter((id) => {
    const [was, is] = [before.items.get(id), after.items.get(id)];
    return own.has(id) || !was || !is || saleOf(before, was) !== saleOf(after, is);
  });
};

/** A part of the menu that has a version, and the fields in which it is another one than before. */
export interface EditedPart {
  readonly kind: Exclude<MenuEdit['kind'], 'PRICE'>;
  readonly id: string;
  readonly subject: string;
  readonly version: number;
  readonly fields: readonly string[];
}

const ofCategory = ({ name, position, retired }: Category) => ({ name, position, retired });
const ofGroup = ({ name, min, max, modifiers, retired }: ModifierGroup) => ({ name, min, max, modifiers, retired });
/** What belongs to the item itself: of groups and of the items in its slots, only which they are. */
const ofItem = (item: Item) => ({
  categoryId: item.category.id,
  position: item.position,
  name: item.name,
  description: item.description,
  taxClass: item.taxClass,
  allergens: item.allergens,
  kilocalories: item.kilocalories,
  images: item.images,
  sizes: item.sizes,
  modifierGroupIds: item.groups.map(({ id }) => id),
  slots: item.slots.map((slot) => ({ ...slot, choices: slot.choices.map((choice) => choice.item.id) })),
  removed: item.removed,
});

type Versioned = { readonly id: string; readonly version: number };

function editedAmong<Part extends Versioned>(
  kind: EditedPart['kind'],
  before: ReadonlyMap<string, Part>,
  after: Iterable<Part>,
  fieldsOf: (part: Part) => Readonly<Record<string, unknown>>,
): EditedPart[] {
  return [...after].flatMap((part) => {
    const was = before.get(part.id);
    if (!was) return [];
    const old = fieldsOf(was);
    const fields = Object.entries(fieldsOf(part)).flatMap(([field, value]) =>
      JSON.stringify(value) === JSON.stringify(old[field]) ? [] : [field],
    );
    if (fields.length === 0) return [];
    return [{ kind, id: part.id, subject: subjectOf(kind, part.id), version: part.version + 1, fields }];
  });
}

/** The parts of the menu that were there before and are not as they were. */
export const editedParts = (before: Catalogue, after: Catalogue): EditedPart[] => [
  ...editedAmong(
    'CATEGORY',
    new Map(before.categories.map((category) => [category.id, category])),
    after.categories,
    ofCategory,
  ),
  ...editedAmong('MODIFIER_GROUP', before.groups, after.groups.values(), ofGroup),
  ...editedAmong('ITEM', before.items, after.items.values(), ofItem),
];
