import type { VendorPayoutResolvers, VendorPayoutStatus } from '#generated/marketplace/resolvers.ts';
import { moneyOf } from '../views.ts';

export const VendorPayout: VendorPayoutResolvers = {
  amount: (payout) => moneyOf(payout, payout.amount),
  status: ({ status }) => status as VendorPayoutStatus,
  createdAt: ({ createdAt }) => createdAt.toISOString(),
};
