import type { QueryResolvers } from '#generated/loyalty/resolvers.ts';

export const myLoyaltyAccount: QueryResolvers['myLoyaltyAccount'] = (_parent, _args, { loaders, principal }) =>
  loaders.accountOfCustomer.load(principal.subject);
