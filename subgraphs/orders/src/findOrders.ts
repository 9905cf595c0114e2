import type { Prisma } from '#generated/orders/prisma/client.ts';
import { CodedError } from '#platform/subgraph/codedError.ts';
import { pagedList, sortable, type Page } from '#platform/subgraph/connection.ts';
import type { Orders } from './context.ts';
import type { OrderStatus } from './order.ts';
import type { OrderView } from './orderView.ts';

export const orderList = pagedList('orders', [sortable.instant, sortable.id]);
type OrderPage = Page<readonly [string, string]>;

/** The condition for orders that follow the cursor, in a list with the newest first. */
function behind({ after }: OrderPage): Prisma.OrderWhereInput {
  if (!after) return {};
  const [time, id] = after;
  const placedAt = new Date(time);
  return { OR: [{ placedAt: { lt: placedAt } }, { placedAt, id: { lt: id } }] };
}

/** A customer's orders, newest first: one more than the page holds, which tells whether there is a next page. */
export const findOrdersOf = (domain: Orders, customerId: string, page: OrderPage): Promise<OrderView[]> =>
  domain.db.order.findMany({
    where: { AND: [{ customerId }, behind(page)] },
    orderBy: [{ placedAt: 'desc' }, { id: 'desc' }],
    take: page.limit + 1,
  });

export interface OrderFilter {
  readonly date?: string | null;
  readonly number?: number | null;
  readonly statuses?: readonly OrderStatus[] | null;
}

/** The orders of a store that meet every condition given, newest first: one more than the page holds. */
export const findOrdersAt = (
  domain: Orders,
  storeId: string,
  { date, number, statuses }: OrderFilter,
  page: OrderPage,
): Promise<OrderView[]> =>
  domain.db.order.findMany({
    where: {
      AND: [
        { storeId },
        date == null ? {} : { localDate: asDate(date) },
        number == null ? {} : { number },
        statuses == null ? {} : { status: { in: [...statuses] } },
        behind(page),
      ],
    },
    orderBy: [{ placedAt: 'desc' }, { id: 'desc' }],
    take: page.limit + 1,
  });

/** @throws CodedError BAD_USER_INPUT for a text that is no calendar day */
export function asDate(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) throw new CodedError('BAD_USER_INPUT', '`date` must be written YYYY-MM-DD.');
  return text;
}
