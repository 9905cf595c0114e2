import type { CustomerResolvers } from '#generated/orders/resolvers.ts';
import { hasScope } from '#platform/identity/principal.ts';
import { pageArgs, toConnection } from '#platform/subgraph/connection.ts';
import { findOrdersOf } from '../findOrders.ts';
import { isUuid } from '../ownership.ts';

export const Customer: CustomerResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  orders: async ({ id }, args, { domain, principal }) => {
    const own = principal.roles.includes('customer') && principal.subject === id;
    if (!isUuid(id) || !(own || hasScope(principal, 'admin'))) return null;
    const page = pageArgs(args);
    return toConnection(await findOrdersOf(domain, id, page), page, (order) => [order.placedAt.toISOString(), order.id]);
  },
};
