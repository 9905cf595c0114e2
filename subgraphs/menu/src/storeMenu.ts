import type { Catalogue, Item, PriceList, Slot, SlotChoice } from './catalogue.ts';
import { boundaries, priceAt, type CurrentPrice, type PriceWindow } from './prices.ts';

export type UnavailableReason = 'OUT_OF_STOCK' | 'WITHDRAWN_BY_STAFF';

/** Everything that decides what a store sells and for how much, read at one moment. */
export interface StoreMenu {
  readonly storeId: string;
  readonly catalogue: Catalogue;
  readonly list: PriceList;
  /** The store's own price windows, by the id of what they are a price for. */
  readonly ownPrices: ReadonlyMap<string, readonly PriceWindow[]>;
  /** The reasons why items cannot be ordered, by item id. An item without a reason can be ordered. */
  readonly unavailable: ReadonlyMap<string, ReadonlySet<UnavailableReason>>;
}

/** An item as a store sells it at an instant. */
export interface Entry {
  readonly store: StoreMenu;
  readonly item: Item;
  readonly at: Date;
  /** Price in minor units, in the usual size and without extras. */
  readonly price: number;
  readonly priceUntil: Date | null;
  readonly unavailableReason: UnavailableReason | null;
}

const none: readonly PriceWindow[] = [];

/**
 * The price of an item, or the surcharge of a size, modifier or slot choice, at a store; undefined where it has none.
 */
const subjectPrice = (store: StoreMenu, subjectId: string, at: Date): CurrentPrice | undefined =>
  priceAt(store.ownPrices.get(subjectId) ?? none, store.list.prices.get(subjectId) ?? none, at.getTime());

/** The surcharge of a size, a modifier or a slot choice: 0 when none is set. */
export const surchargeOf = (store: StoreMenu, subjectId: string, at: Date): number =>
  subjectPrice(store, subjectId, at)?.amount ?? 0;

/** No price goes below zero, however negative its surcharges are and whenever they were set. */
export const neverBelowZero = (amount: number): number => Math.max(0, amount);

/** The price of an item in one of its sizes. */
export const sizePrice = (entry: Entry, sizeId: string): number =>
  neverBelowZero(entry.price + surchargeOf(entry.store, sizeId, entry.at));

/**
 * The reason why a store cannot sell an item. When staff withdrew it and stock ran out, too, the withdrawal is named:
 * it needs a person to end, while stock returns by itself.
 */
const ownReason = (store: StoreMenu, item: Item): UnavailableReason | null => {
  const reasons = store.unavailable.get(item.id);
  if (!reasons || reasons.size === 0) return null;
  return reasons.has('WITHDRAWN_BY_STAFF') ? 'WITHDRAWN_BY_STAFF' : 'OUT_OF_STOCK';
};

export const canChoose = (store: StoreMenu, choice: SlotChoice): boolean =>
  !choice.item.removed && ownReason(store, choice.item) === null;

/** Why a slot of a combo cannot be filled; null when it can be, or need not be. */
function slotReason(store: StoreMenu, slot: Slot): UnavailableReason | null {
  if (!slot.required || slot.choices.some((choice) => canChoose(store, choice))) return null;
  const comesBack = slot.choices.some(
    (choice) => !choice.item.removed && ownReason(store, choice.item) === 'OUT_OF_STOCK',
  );
  return comesBack ? 'OUT_OF_STOCK' : 'WITHDRAWN_BY_STAFF';
}

/**
 * Why a store cannot sell an item now; null when it can. A combo also needs an available choice for each of its
 * required slots.
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

/** Why an item cannot be ordered at a store, which includes that the store does not sell it; null when it can. */
export function notOrderableReason(
  store: StoreMenu,
  itemId: string,
  at: Date,
): UnavailableReason | 'NOT_ON_MENU' | null {
  const item = store.catalogue.items.get(itemId);
  const entry = item && entryOf(store, item, at);
  return entry ? entry.unavailableReason : 'NOT_ON_MENU';
}

/** All entries of a store, in the order of the menu. */
export const entriesOf = (store: StoreMenu, at: Date): Entry[] =>
  store.catalogue.menuOrder.flatMap((item) => entryOf(store, item, at) ?? []);

/**
 * The items whose entry may show another price at `upTo` than at `after` because a scheduled price began or ended,
 * sorted by id.
 */
export const itemsWithPriceBoundary = (store: StoreMenu, after: Date, upTo: Date): Item[] =>
  [...priceBoundaries(store, after, upTo).keys()].sort((a, b) => (a.id < b.id ? -1 : 1));

/** When a price that their entry shows began or ended last, after `after` and not after `upTo`. */
export function priceBoundaries(store: StoreMenu, after: Date, upTo: Date): Map<Item, number> {
  const last = new Map<Item, number>();
  for (const [subject, windows] of [...store.list.prices, ...store.ownPrices]) {
    const edges = boundaries(windows, after.getTime(), upTo.getTime());
    if (edges.length === 0) continue;
    for (const item of store.catalogue.itemsPricedBy.get(subject) ?? [])
      last.set(item, Math.max(last.get(item) ?? 0, ...edges));
  }
  return last;
}

/**
 * Ids of the items that had a price at some instant from `after` to `upTo` and none at another. A client that read in
 * between may hold what is no longer true.
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
