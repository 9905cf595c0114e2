import type { DeliveryTermsResolvers } from '#generated/delivery/resolvers.ts';

export const DeliveryTerms: DeliveryTermsResolvers = { tiers: ({ tiers }) => [...tiers] };
