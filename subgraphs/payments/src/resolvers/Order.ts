import type { OrderResolvers } from '#generated/payments/resolvers.ts';

export const Order: OrderResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  payment: ({ id }, _args, { loaders }) => loaders.paymentOfOrder.load(id!),
};
