import type { Allergen, OrderEntryFragment, OrderLineInput } from '#generated/bffs/kiosk/operations.ts';

/** An item as the store sells it, with all that a guest may choose. */
export type Entry = OrderEntryFragment;

/** What a guest chose of one item. It holds ids only, so that it outlasts a change of language and of the menu. */
export interface Line {
  readonly itemId: string;
  readonly sizeId: string | undefined;
  /** How many of each extra go with one item, by the extra's id. */
  readonly modifiers: Readonly<Record<string, number>>;
  /** The item that fills each slot of a combo, by the slot's id. */
  readonly slots: Readonly<Record<string, string>>;
  readonly quantity: number;
}

/** How many lines an order may have, and how many of one item a line. */
export const maxLines = 50;
export const maxQuantity = 99;

/** The item as it is when nobody has chosen anything: its usual size, and slots that leave no choice. */
export function freshLine(entry: Entry): Line {
  const filled = entry.slots.flatMap(({ slot, choices }) => {
    const [only, ...others] = choices.filter(({ available }) => available);
    return slot.required && only && others.length === 0 ? [[slot.id, only.item.id] as const] : [];
  });
  return {
    itemId: entry.item.id,
    sizeId: entry.sizes.find(({ size }) => size.isDefault)?.size.id,
    modifiers: {},
    slots: Object.fromEntries(filled),
    quantity: 1,
  };
}

const chosenIn = (group: Entry['modifierGroups'][number], { modifiers }: Line): number =>
  group.modifiers.reduce((sum, { modifier }) => sum + (modifiers[modifier.id] ?? 0), 0);

/** Whether one more of the extra may be added: neither its own limit nor that of its group is reached. */
export function mayAdd(entry: Entry, line: Line, modifierId: string): boolean {
  const group = entry.modifierGroups.find(({ modifiers }) =>
    modifiers.some(({ modifier }) => modifier.id === modifierId),
  );
  const limit = group?.modifiers.find(({ modifier }) => modifier.id === modifierId)?.modifier.maxQuantity ?? 0;
  return group !== undefined && (line.modifiers[modifierId] ?? 0) < limit && chosenIn(group, line) < group.group.max;
}

/** The line with one more, or one less, of an extra; unchanged where the limits or zero stand against it. */
export function withModifier(entry: Entry, line: Line, modifierId: string, by: 1 | -1): Line {
  const count = (line.modifiers[modifierId] ?? 0) + by;
  if (count < 0 || (by === 1 && !mayAdd(entry, line, modifierId))) return line;
  const { [modifierId]: _before, ...others } = line.modifiers;
  return { ...line, modifiers: count === 0 ? others : { ...others, [modifierId]: count } };
}

/** Ids of the groups that need more choices, and of the slots to be filled, before the line can be ordered. */
export function missing(entry: Entry, line: Line): string[] {
  const groups = entry.modifierGroups.filter((group) => chosenIn(group, line) < group.group.min);
  const slots = entry.slots.filter(({ slot, choices }) => {
    const chosen = choices.find(({ item }) => item.id === line.slots[slot.id]);
    return chosen ? !chosen.available : slot.required;
  });
  return [...groups.map(({ group }) => group.id), ...slots.map(({ slot }) => slot.id)];
}

/** What one of the item costs as chosen, in minor units, as the menu shows it. */
export function unitPrice(entry: Entry, line: Line): number {
  const base = entry.sizes.find(({ size }) => size.id === line.sizeId)?.price ?? entry.price;
  const extras = entry.modifierGroups
    .flatMap(({ modifiers }) => modifiers)
    .reduce((sum, { modifier, surcharge }) => sum + surcharge.amount * (line.modifiers[modifier.id] ?? 0), 0);
  const choices = entry.slots.reduce(
    (sum, { slot, choices }) =>
      sum + (choices.find(({ item }) => item.id === line.slots[slot.id])?.surcharge.amount ?? 0),
    0,
  );
  return base.amount + extras + choices;
}

/** The allergens of the item as chosen: its own, and those of extras and of what fills the slots. */
export function allergensOf(entry: Entry, line: Line): Allergen[] {
  const extras = entry.modifierGroups.flatMap(({ modifiers }) =>
    modifiers.filter(({ modifier }) => line.modifiers[modifier.id]).flatMap(({ modifier }) => modifier.allergens),
  );
  const choices = entry.slots.flatMap(({ slot, choices }) =>
    choices.filter(({ item }) => item.id === line.slots[slot.id]).flatMap(({ item }) => item.allergens),
  );
  return [...new Set([...entry.item.allergens, ...extras, ...choices])].sort();
}

const isSame = (a: Line, b: Line): boolean => fingerprint(a) === fingerprint(b);

const fingerprint = ({ itemId, sizeId, modifiers, slots }: Line): string =>
  JSON.stringify([itemId, sizeId, Object.entries(modifiers).sort(), Object.entries(slots).sort()]);

/** The basket with one more line; the same choice of the same item only grows in number. */
export function withLine(lines: readonly Line[], line: Line): Line[] {
  const at = lines.findIndex((each) => isSame(each, line));
  if (at < 0) return [...lines, line];
  return lines.map((each, index) =>
    index === at ? { ...each, quantity: Math.min(maxQuantity, each.quantity + line.quantity) } : each,
  );
}

/** The basket with another number of one line; without the line for none. */
export const withQuantity = (lines: readonly Line[], at: number, quantity: number): Line[] =>
  lines.flatMap((line, index) => {
    if (index !== at) return [line];
    return quantity < 1 ? [] : [{ ...line, quantity: Math.min(maxQuantity, quantity) }];
  });

/** What the graph needs to know of the basket. */
export const orderLines = (lines: readonly Line[]): OrderLineInput[] =>
  lines.map(({ itemId, sizeId, modifiers, slots, quantity }) => ({
    menuItemId: itemId,
    quantity,
    ...(sizeId !== undefined && { sizeId }),
    modifiers: Object.entries(modifiers).map(([modifierId, count]) => ({ modifierId, quantity: count })),
    slots: Object.entries(slots).map(([slotId, menuItemId]) => ({ slotId, menuItemId })),
  }));
