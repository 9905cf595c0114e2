import type { Prisma } from '#generated/orders/prisma/client.ts';
import { CodedError } from '#platform/subgraph/codedError.ts';
import type { Page } from '#platform/subgraph/connection.ts';
import type { Orders } from './context.ts';
import type { OrderView } from './orderView.ts';
import { isUuid } from './ownership.ts';

/** Where a page begins: behind this order, in a list with the newest first. */
function behind(page: Page): Prisma.OrderWhereInput {
  if (!page.after) return {};
  const [placedAt, id] = page.after;
  if (typeof placedAt !== 'string' || typeof id !== 'string' || Number.isNaN(Date.parse(placedAt)) || !isUuid(id)) {
    throw new CodedError('BAD_USER_INPUT', '`after` is not a cursor of this list. Pass an `endCursor` as it came.');
  }
  return { OR: [{ placedAt: { lt: placedAt } }, { placedAt, id: { lt: id } }] };
}

/** A customer's orders, newest first, one more than the page holds. */
export const findOrdersOf = (domain: Orders, customerId: string, page: Page): Promise<OrderView[]> =>
  domain.db.order.findMany({
    where: { AND: [{ customerId }, behind(page)] }, orderBy: [{ placedAt: 'desc' }, { id: 'desc' }], take: page.limit + 1,
  });
