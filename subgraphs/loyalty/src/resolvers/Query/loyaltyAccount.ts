import type { QueryResolvers } from '#generated/loyalty/resolvers.ts';

export const loyaltyAccount: QueryResolvers['loyaltyAccount'] = (_parent, { customerId }, { loaders }) =>
  loaders.accountOfCustomer.load(customerId);
