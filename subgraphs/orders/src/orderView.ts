import type { Order } from '#generated/orders/prisma/client.ts';
import type { OrderCreatedData } from './order.ts';

/** An order as all queries read it: its row in the primary view. */
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

/** The name in a language; when it was not kept in that one, in English, or else in any language there is. */
export function nameIn(name: Readonly<Record<string, string>>, locale: string): string {
  return name[locale.toLowerCase()] ?? name['en'] ?? Object.values(name)[0] ?? '';
}

/**
 * The components of a line that the inventory reserves: each in the line's size, which the drink and the side of a
 * combo share. The modifiers belong to the first component, since that is the one that the kitchen changes.
 */
export function componentsOf(
  line: Pick<LineData, 'componentItemIds' | 'quantity' | 'sizeId' | 'modifiers'>,
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
