import type { PaymentResolvers } from '#generated/payments/resolvers.ts';

export const Payment: PaymentResolvers = {
  amount: ({ amount, currency, exponent }) => ({ amount, currency, exponent }),
  captured: ({ captured, currency, exponent }) => ({ amount: captured, currency, exponent }),
  refunded: ({ refunded, currency, exponent }) => ({ amount: refunded, currency, exponent }),
  createdAt: ({ createdAt }) => createdAt.toISOString(),
  updatedAt: ({ updatedAt }) => updatedAt.toISOString(),
};
