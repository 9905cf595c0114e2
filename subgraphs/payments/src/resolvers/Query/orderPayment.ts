import type { QueryResolvers } from '#generated/payments/resolvers.ts';

export const orderPayment: QueryResolvers['orderPayment'] = (_parent, { orderId }, { loaders }) =>
  loaders.paymentOfOrder.load(orderId);
