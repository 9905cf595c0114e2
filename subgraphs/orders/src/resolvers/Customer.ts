import type { CustomerResolvers } from '#generated/orders/resolvers.ts';
import { isAdmin, subjectAs } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import { findOrdersOf, orderList } from '../findOrders.ts';

export const Customer: CustomerResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  orders: async ({ id }, args, { domain, principal }) => {
    const own = subjectAs('customer', principal) === id;
    if (!isId(id) || !(own || isAdmin(principal))) return null;
    const page = orderList.page(args, id);
    return orderList.connection(await findOrdersOf(domain, id, page), page, (order) => [
      order.placedAt.toISOString(),
      order.id,
    ]);
  },
};
