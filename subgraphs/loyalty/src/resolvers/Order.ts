import type { OrderResolvers } from '#generated/loyalty/resolvers.ts';

export const Order: OrderResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  pointsEarned: ({ id }, _args, { loaders }) => loaders.pointsOfOrder.load(id!),
};
