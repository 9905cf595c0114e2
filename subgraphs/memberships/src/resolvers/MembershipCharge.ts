import type {
  MembershipChargeKind,
  MembershipChargeResolvers,
  MembershipChargeStatus,
} from '#generated/memberships/resolvers.ts';

export const MembershipCharge: MembershipChargeResolvers = {
  kind: ({ kind }) => kind as MembershipChargeKind,
  status: ({ status }) => status as MembershipChargeStatus,
  amount: ({ amount, currency, exponent }) => ({ amount, currency, exponent }),
  refunded: ({ refunded, currency, exponent }) => ({ amount: refunded, currency, exponent }),
  createdAt: ({ createdAt }) => createdAt.toISOString(),
};
