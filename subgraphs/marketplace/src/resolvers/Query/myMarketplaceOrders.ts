import type { QueryResolvers } from '#generated/marketplace/resolvers.ts';
import { findOrders } from '../../findOrders.ts';
import { customerOf } from '../../ownership.ts';

export const myMarketplaceOrders: QueryResolvers['myMarketplaceOrders'] = (_parent, args, { domain, principal }) => {
  const customerId = customerOf(principal);
  return customerId === undefined ? null : findOrders(domain, { customerId }, args);
};
