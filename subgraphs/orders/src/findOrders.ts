import type { Prisma } from '#generated/orders/prisma/client.ts';
import { pagedList, sortable, type Page } from '#platform/subgraph/connection.ts';
import type { Orders } from './context.ts';
import type { OrderView } from './orderView.ts';

export const orderList = pagedList('orders', [sortable.instant, sortable.id]);
type OrderPage = Page<readonly [string, string]>;

/** The condition for orders that follow the cursor, in a list with the newest first. */
function behind({ after }: OrderPage): Prisma.OrderWhereInput {
  if (!after) return {};
  const [placedAt, id] = after;
  return { OR: [{ placedAt: { lt: placedAt } }, { placedAt, id: { lt: id } }] };
}

/** A customer's orders, newest first: one more than the page holds, which tells whether there is a next page. */
export const findOrdersOf = (domain: Orders, customerId: string, page: OrderPage): Promise<OrderView[]> =>
  domain.db.order.findMany({
    where: { AND: [{ customerId }, behind(page)] },
    orderBy: [{ placedAt: 'desc' }, { id: 'desc' }],
    take: page.limit + 1,
  });
