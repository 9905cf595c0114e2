import type { StoreResolvers } from '#generated/orders/resolvers.ts';
import { findOrdersAt, orderList } from '../findOrders.ts';
import { manages, seesBoard, worksAt } from '../ownership.ts';

export const Store: StoreResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  orderBoard: ({ id }, _args, { loaders, principal }) => (seesBoard(principal, id) ? loaders.boardOf.load(id) : null),
  kitchenQueue: ({ id }, _args, { loaders, principal }) => (worksAt(principal, id) ? loaders.ticketsOf.load(id) : null),
  orders: async ({ id }, args, { domain, principal }) => {
    if (!manages(principal, id)) return null;
    const page = orderList.page(args, id);
    return orderList.connection(await findOrdersAt(domain, id, args, page), page, (order) => [
      order.placedAt.toISOString(),
      order.id,
    ]);
  },
};
