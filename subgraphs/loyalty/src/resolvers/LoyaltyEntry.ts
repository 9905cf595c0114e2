import type { LoyaltyEntryResolvers } from '#generated/loyalty/resolvers.ts';

export const LoyaltyEntry: LoyaltyEntryResolvers = {
  order: ({ orderId }) => (orderId === null ? null : { id: orderId }),
  at: ({ at }) => at.toISOString(),
};
