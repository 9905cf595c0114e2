import type { QueryResolvers } from '#generated/orders/resolvers.ts';

export const order: QueryResolvers['order'] = (_parent, { orderId }, { loaders }) => loaders.orderById.load(orderId);
