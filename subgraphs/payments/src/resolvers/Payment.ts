import type { PaymentResolvers } from '#generated/payments/resolvers.ts';
import { mayConfirm } from '../ownership.ts';

export const Payment: PaymentResolvers = {
  amount: ({ amount, currency, exponent }) => ({ amount, currency, exponent }),
  captured: ({ captured, currency, exponent }) => ({ amount: captured, currency, exponent }),
  refunded: ({ refunded, currency, exponent }) => ({ amount: refunded, currency, exponent }),
  confirmation: (payment, _args, { principal }) => {
    const { status, challengeUrl: url, challengeExpiresAt: expiresAt } = payment;
    if (status !== 'CHALLENGED' || url === null || expiresAt === null || !mayConfirm(principal, payment)) return null;
    return { url, expiresAt: expiresAt.toISOString() };
  },
  disputes: async ({ id, currency, exponent }, _args, { loaders }) =>
    (await loaders.disputesOf.load(id)).map(({ openedAt, updatedAt, ...dispute }) => ({
      ...dispute,
      amount: { amount: dispute.amount, currency, exponent },
      openedAt: openedAt.toISOString(),
      updatedAt: updatedAt.toISOString(),
    })),
  createdAt: ({ createdAt }) => createdAt.toISOString(),
  updatedAt: ({ updatedAt }) => updatedAt.toISOString(),
};
