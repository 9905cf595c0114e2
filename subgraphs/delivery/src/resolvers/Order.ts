import type { OrderResolvers } from '#generated/delivery/resolvers.ts';
import { mayRead } from '../ownership.ts';

export const Order: OrderResolvers = {
  // Delivery does not know whether the order exists, so every id is accepted.
  __resolveReference: ({ id }) => ({ id }),
  delivery: async ({ id }, _args, { principal, loaders }) => {
    const delivery = id ? await loaders.deliveryByOrder.load(id) : null;
    return delivery && mayRead(principal, delivery) ? delivery : null;
  },
};
