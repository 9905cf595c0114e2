import type { Order } from '#generated/orders/prisma/client.ts';
import type { OrderCreatedData } from './order.ts';

/** An order as it is read everywhere: its row in the primary view. */
export type OrderView = Order;

export type LineData = OrderCreatedData['lines'][number];
export type ModifierView = LineData['modifiers'][number];
export type SlotView = LineData['slots'][number];

export interface OrderLineView {
  readonly line: LineData;
  readonly currency: string;
  readonly exponent: number;
}

export const linesOf = (order: OrderView): LineData[] => order.lines as unknown as LineData[];

/** A name in a language; English, then whatever there is, when it was not kept in that one. */
export function nameIn(name: Readonly<Record<string, string>>, locale: string): string {
  return name[locale.toLowerCase()] ?? name['en'] ?? Object.values(name)[0] ?? '';
}

/**
 * What the store-room is asked for: each component in the line's size, which a combo's drink and side share. Modifiers
 * belong to the first component: that is what the kitchen changes.
 */
export function componentsOf(
  line: LineData,
): { menuItemId: string; quantity: number; sizeId: string; modifierIds: string[] }[] {
  const modifierIds = line.modifiers.flatMap(({ modifierId, quantity }) =>
    Array.from({ length: quantity }, () => modifierId),
  );
  return line.componentItemIds.map((menuItemId, index) => ({
    menuItemId,
    quantity: line.quantity,
    sizeId: line.sizeId ?? '',
    modifierIds: index === 0 ? modifierIds : [],
  }));
}
