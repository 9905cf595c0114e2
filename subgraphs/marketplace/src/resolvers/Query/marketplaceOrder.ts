import type { QueryResolvers } from '#generated/marketplace/resolvers.ts';
import { maySeeOrder } from '../../ownership.ts';

export const marketplaceOrder: QueryResolvers['marketplaceOrder'] = async (_parent, { id }, { loaders, principal }) => {
  const order = await loaders.orderById.load(id);
  return order && maySeeOrder(principal, order) ? order : null;
};
