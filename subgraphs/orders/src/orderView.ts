import { Prisma, type Order } from '#generated/orders/prisma/client.ts';
import type { Change, SqlTx } from '#platform/events/eventLog.ts';
import { columnsOf, selectColumns } from '#platform/postgres/selectColumns.ts';
import type { OrderCreatedData } from './order.ts';

/** An order as all queries read it: its row in the primary view. */
export type OrderView = Order;

/** Selects whole orders; to be followed by a condition. By hand, because it is asked for many times an order. */
export const selectOrders = `select ${selectColumns(Prisma.OrderScalarFieldEnum)} from orders`;

const byIds = `${selectOrders} where id = any(array(select unnest($1::uuid[])))`;

export const ordersOf = (db: SqlTx, ids: readonly string[]): Promise<OrderView[]> => db.$queryRawUnsafe(byIds, ids);

const fields = Object.values(Prisma.OrderScalarFieldEnum);
const names = columnsOf(Prisma.OrderScalarFieldEnum);
const columns = names.join(', ');
const insert = `insert into orders (${columns}) select ${columns} from jsonb_populate_record(null::orders, $1::jsonb)`;

export const insertionOf = (order: OrderView): Change => ({
  sql: insert,
  parameters: [JSON.stringify(Object.fromEntries(fields.map((field, index) => [names[index], order[field]])))],
});

export type LineData = OrderCreatedData['lines'][number];
export type ModifierView = LineData['modifiers'][number];
export type SlotView = LineData['slots'][number];

export interface OrderLineView {
  readonly line: LineData;
  readonly currency: string;
  readonly exponent: number;
}

export const linesOf = (order: Pick<OrderView, 'lines'>): LineData[] => order.lines as unknown as LineData[];

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
