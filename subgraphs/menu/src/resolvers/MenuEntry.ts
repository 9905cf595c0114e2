import type {
  ComboChoiceOfferResolvers,
  MenuEntryResolvers,
  MenuSizeOfferResolvers,
  ModifierOfferResolvers,
  Money,
} from '#generated/menu/resolvers.ts';
import type { Item, Modifier, ModifierGroup, Size, Slot, SlotChoice } from '../catalogue.ts';
import { canChoose, sizePrice, surchargeOf, type Entry } from '../storeMenu.ts';

export interface SizeView {
  readonly entry: Entry;
  readonly size: Size;
}

export interface GroupView {
  readonly group: ModifierGroup;
  readonly modifiers: readonly ModifierView[];
}

export interface ModifierView {
  readonly entry: Entry;
  readonly modifier: Modifier;
}

export interface SlotView {
  readonly slot: Slot;
  readonly choices: readonly ChoiceView[];
}

export interface ChoiceView {
  readonly entry: Entry;
  readonly choice: SlotChoice;
  readonly item: Item;
}

const money = ({ store: { list } }: Entry, amount: number): Money => ({
  amount,
  currency: list.currency,
  exponent: list.exponent,
});
const surcharge = (entry: Entry, subjectId: string): Money =>
  money(entry, surchargeOf(entry.store, subjectId, entry.at));

export const MenuEntry: MenuEntryResolvers = {
  id: ({ store, item }) => `${store.storeId}:${item.id}`,
  price: (entry) => money(entry, entry.price),
  priceValidUntil: ({ priceUntil }) => priceUntil?.toISOString() ?? null,
  available: ({ unavailableReason }) => unavailableReason === null,
  sizes: (entry) => entry.item.sizes.map((size) => ({ entry, size })),
  modifierGroups: (entry) =>
    entry.item.groups.map((group) => ({ group, modifiers: group.modifiers.map((modifier) => ({ entry, modifier })) })),
  slots: (entry) =>
    entry.item.slots.map((slot) => ({
      slot,
      choices: slot.choices
        .filter((choice) => !choice.item.removed)
        .map((choice) => ({ entry, choice, item: choice.item })),
    })),
};

export const MenuSizeOffer: MenuSizeOfferResolvers = {
  price: ({ entry, size }) => money(entry, sizePrice(entry, size.id)),
};

export const ModifierOffer: ModifierOfferResolvers = {
  surcharge: ({ entry, modifier }) => surcharge(entry, modifier.id),
};

export const ComboChoiceOffer: ComboChoiceOfferResolvers = {
  surcharge: ({ entry, choice }) => surcharge(entry, choice.id),
  available: ({ entry, choice }) => canChoose(entry.store, choice),
};
