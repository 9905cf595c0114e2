import type { Item } from './catalogue.ts';
import { canChoose, entryOf, neverBelowZero, sizePrice, surchargeOf, type Entry, type StoreMenu } from './storeMenu.ts';

type LineProblem =
  | 'UNKNOWN_ITEM'
  | 'NOT_ON_MENU'
  | 'UNAVAILABLE'
  | 'UNKNOWN_SIZE'
  | 'UNKNOWN_MODIFIER'
  | 'TOO_FEW_MODIFIERS'
  | 'TOO_MANY_MODIFIERS'
  | 'SLOT_NOT_FILLED'
  | 'SLOT_CHOICE_NOT_ALLOWED';

/** A line of an order, as a guest asks for it. */
export interface Line {
  readonly menuItemId: string;
  /** Id of the size; empty for the usual size. */
  readonly sizeId: string;
  readonly modifiers: readonly { readonly modifierId: string; readonly quantity: number }[];
  readonly slots: readonly { readonly slotId: string; readonly menuItemId: string }[];
}

/**
 * Why a line cannot be sold, and the name of the item, group or slot that the problem is about, for a person to read.
 */
export interface Refused {
  readonly kind: 'refused';
  readonly problem: LineProblem;
  readonly subject: string;
}

export interface Priced {
  readonly kind: 'priced';
  readonly item: Item;
  /** Price of one unit with its extras, in minor units of the store's currency. It is never below zero. */
  readonly unitPrice: number;
  /** The simple items of which one unit consists. */
  readonly components: readonly Item[];
}

const refused = (problem: LineProblem, subject: string): Refused => ({ kind: 'refused', problem, subject });
const nameOf = (thing: { readonly id: string; readonly name: Readonly<Record<string, string>> }): string =>
  thing.name['en'] ?? thing.id;

interface Added {
  readonly kind: 'added';
  readonly surcharge: number;
}

interface Sized {
  readonly kind: 'sized';
  readonly price: number;
}

function inSize(entry: Entry, sizeId: string): Sized | Refused {
  const { sizes } = entry.item;
  const size = sizeId === '' ? sizes.find((each) => each.isDefault) : sizes.find((each) => each.id === sizeId);
  if (!size && sizeId !== '') return refused('UNKNOWN_SIZE', sizeId);
  return { kind: 'sized', price: size ? sizePrice(entry, size.id) : entry.price };
}

function addModifiers(store: StoreMenu, item: Item, line: Line, at: Date): Added | Refused {
  const known = new Map(item.groups.flatMap((group) => group.modifiers).map((modifier) => [modifier.id, modifier]));
  const chosen = new Map<string, number>();
  for (const { modifierId, quantity } of line.modifiers) {
    const modifier = known.get(modifierId);
    if (!modifier) return refused('UNKNOWN_MODIFIER', modifierId);
    if (quantity < 1) return refused('TOO_FEW_MODIFIERS', nameOf(modifier));
    const total = (chosen.get(modifierId) ?? 0) + quantity;
    if (total > modifier.maxQuantity) return refused('TOO_MANY_MODIFIERS', nameOf(modifier));
    chosen.set(modifierId, total);
  }
  for (const group of item.groups) {
    const count = group.modifiers.reduce((sum, modifier) => sum + (chosen.get(modifier.id) ?? 0), 0);
    if (count < group.min) return refused('TOO_FEW_MODIFIERS', nameOf(group));
    if (count > group.max) return refused('TOO_MANY_MODIFIERS', nameOf(group));
  }
  const surcharge = [...chosen].reduce((sum, [id, quantity]) => sum + quantity * surchargeOf(store, id, at), 0);
  return { kind: 'added', surcharge };
}

function fillSlots(
  store: StoreMenu,
  item: Item,
  line: Line,
  at: Date,
): (Added & { readonly components: readonly Item[] }) | Refused {
  const asked = new Map<string, string>();
  for (const { slotId, menuItemId } of line.slots) {
    const slot = item.slots.find((each) => each.id === slotId);
    if (!slot) return refused('SLOT_CHOICE_NOT_ALLOWED', slotId);
    if (asked.has(slotId)) return refused('SLOT_CHOICE_NOT_ALLOWED', nameOf(slot));
    asked.set(slotId, menuItemId);
  }
  const components: Item[] = [];
  let surcharge = 0;
  for (const slot of item.slots) {
    const wanted =
      asked.get(slot.id) ?? (slot.required && slot.choices.length === 1 ? slot.choices[0]!.item.id : undefined);
    if (wanted === undefined) {
      if (slot.required) return refused('SLOT_NOT_FILLED', nameOf(slot));
      continue;
    }
    const choice = slot.choices.find((each) => each.item.id === wanted);
    if (!choice) return refused('SLOT_CHOICE_NOT_ALLOWED', nameOf(slot));
    if (!canChoose(store, choice)) return refused('UNAVAILABLE', nameOf(choice.item));
    components.push(choice.item);
    surcharge += surchargeOf(store, choice.id, at);
  }
  return { kind: 'added', surcharge, components };
}

/**
 * Checks a line and prices one unit of it, at a store and an instant. It reports the first problem only. The
 * modifiers of a line are those of the item itself: for a combo, of the combo and not of what fills its slots.
 */
export function priceLine(store: StoreMenu, line: Line, at: Date): Priced | Refused {
  const item = store.catalogue.items.get(line.menuItemId);
  if (!item || item.removed) return refused('UNKNOWN_ITEM', line.menuItemId);
  const entry = entryOf(store, item, at);
  if (!entry) return refused('NOT_ON_MENU', nameOf(item));
  if (entry.unavailableReason) return refused('UNAVAILABLE', nameOf(item));
  const size = inSize(entry, line.sizeId);
  if (size.kind === 'refused') return size;
  const modifiers = addModifiers(store, item, line, at);
  if (modifiers.kind === 'refused') return modifiers;
  const slots = fillSlots(store, item, line, at);
  if (slots.kind === 'refused') return slots;
  return {
    kind: 'priced',
    item,
    unitPrice: neverBelowZero(size.price + modifiers.surcharge + slots.surcharge),
    components: item.kind === 'COMBO' ? slots.components : [item],
  };
}
