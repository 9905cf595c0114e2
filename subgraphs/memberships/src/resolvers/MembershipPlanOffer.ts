import type { MembershipPlanOfferResolvers } from '#generated/memberships/resolvers.ts';

export const MembershipPlanOffer: MembershipPlanOfferResolvers = {
  price: ({ price: { amount, currency, exponent } }) => ({ amount, currency, exponent }),
};
