import type { Catalogue, Item, PriceList, Slot, SlotChoice } from './catalogue.ts';
import { boundaries, priceAt, type CurrentPrice, type PriceWindow } from './prices.ts';

export type UnavailableReason = 'OUT_OF_STOCK' | 'WITHDRAWN_BY_STAFF';

/** All that decides what a store sells and for how much, read at one moment. */
export interface StoreMenu {
  readonly storeId: string;
  readonly catalogue: Catalogue;
  readonly list: PriceList;
  /** The store's own prices, by subject. */
  readonly ownPrices: ReadonlyMap<string, readonly PriceWindow[]>;
  /** Reasons by item; an item without one can be ordered. */
  readonly unavailable: ReadonlyMap<string, ReadonlySet<UnavailableReason>>;
}

/** An item as a store sells it at an instant. */
export interface Entry {
  readonly store: StoreMenu;
  readonly item: Item;
  readonly at: Date;
  /** In minor units, in the usual size, without extras. */
  readonly price: number;
  readonly priceUntil: Date | null;
  readonly unavailableReason: UnavailableReason | null;
}

const none: readonly PriceWindow[] = [];

/** What a subject costs, or adds, at a store; undefined where it has no price. */
const subjectPrice = (store: StoreMenu, subjectId: string, at: Date): CurrentPrice | undefined =>
  priceAt(store.ownPrices.get(subjectId) ?? none, store.list.prices.get(subjectId) ?? none, at.getTime());

/** What a size, a modifier or a slot's choice adds: nothing unless a price says so. */
export const surchargeOf = (store: StoreMenu, subjectId: string, at: Date): number =>
  subjectPrice(store, subjectId, at)?.amount ?? 0;

/** Whatever is taken off a price, and whenever: nothing is sold for less than nothing. */
export const neverBelowZero = (amount: number): number => Math.max(0, amount);

/** What a size of an item costs. */
export const sizePrice = (entry: Entry, sizeId: string): number =>
  neverBelowZero(entry.price + surchargeOf(entry.store, sizeId, entry.at));

/** A member of staff's word is told before what stock says: putting it back needs a person. */
const ownReason = (store: StoreMenu, item: Item): UnavailableReason | null => {
  const reasons = store.unavailable.get(item.id);
  if (!reasons || reasons.size === 0) return null;
  return reasons.has('WITHDRAWN_BY_STAFF') ? 'WITHDRAWN_BY_STAFF' : 'OUT_OF_STOCK';
};

export const canChoose = (store: StoreMenu, choice: SlotChoice): boolean =>
  !choice.item.removed && ownReason(store, choice.item) === null;

/** Why a slot cannot be filled; null when it can, or need not be. */
function slotReason(store: StoreMenu, slot: Slot): UnavailableReason | null {
  if (!slot.required || slot.choices.some((choice) => canChoose(store, choice))) return null;
  const comesBack = slot.choices.some(
    (choice) => !choice.item.removed && ownReason(store, choice.item) === 'OUT_OF_STOCK',
  );
  return comesBack ? 'OUT_OF_STOCK' : 'WITHDRAWN_BY_STAFF';
}

/**
 * Why a store cannot sell an item now; null when it can. A combo needs something to fill each of its required slots.
 */
export function unavailableReason(store: StoreMenu, item: Item): UnavailableReason | null {
  const own = ownReason(store, item);
  if (own) return own;
  for (const slot of item.slots) {
    const reason = slotReason(store, slot);
    if (reason) return reason;
  }
  return null;
}

/** The entry of an item on a store's menu; null when the item is removed or has no price there at that instant. */
export function entryOf(store: StoreMenu, item: Item, at: Date): Entry | null {
  if (item.removed) return null;
  const price = subjectPrice(store, item.id, at);
  if (!price) return null;
  return {
    store,
    item,
    at,
    price: price.amount,
    priceUntil: price.until === null ? null : new Date(price.until),
    unavailableReason: unavailableReason(store, item),
  };
}

/** Why an item cannot be ordered at a store, be it that the store does not sell it; null when it can. */
export function notOrderableReason(
  store: StoreMenu,
  itemId: string,
  at: Date,
): UnavailableReason | 'NOT_ON_MENU' | null {
  const item = store.catalogue.items.get(itemId);
  const entry = item && entryOf(store, item, at);
  return entry ? entry.unavailableReason : 'NOT_ON_MENU';
}

/** The whole menu in its order. */
export const entriesOf = (store: StoreMenu, at: Date): Entry[] =>
  store.catalogue.menuOrder.flatMap((item) => entryOf(store, item, at) ?? []);

/**
 * Items whose entry may show another price at `upTo` than it did at `after`, though nobody changed a thing. Sorted by
 * id.
 */
export function itemsWithPriceBoundary(store: StoreMenu, after: Date, upTo: Date): Item[] {
  const subjects = [...store.list.prices, ...store.ownPrices]
    .filter(([, windows]) => boundaries(windows, after.getTime(), upTo.getTime()).length > 0)
    .flatMap(([subject]) => store.catalogue.itemsPricedBy.get(subject) ?? []);
  return [...new Set(subjects)].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * Ids of items that had a price at one instant from `after` to `upTo` and none at another: who read in between may hold
 * what is so no more.
 */
export function itemsSoldSometimes(store: StoreMenu, after: Date, upTo: Date): string[] {
  const windowsOf = (itemId: string) => [
    ...(store.ownPrices.get(itemId) ?? none),
    ...(store.list.prices.get(itemId) ?? none),
  ];
  return [...store.catalogue.items.keys()].filter((itemId) => {
    const edges = boundaries(windowsOf(itemId), after.getTime(), upTo.getTime());
    const sold = [after.getTime(), ...edges].map((at) => subjectPrice(store, itemId, new Date(at)) !== undefined);
    return sold.includes(true) && sold.includes(false);
  });
}
