import type { CustomerResolvers } from '#generated/loyalty/resolvers.ts';

export const Customer: CustomerResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  loyalty: ({ id }, _args, { loaders }) => loaders.accountOfCustomer.load(id!),
};
