import type { StoreResolvers } from '#generated/marketplace/resolvers.ts';

export const Store: StoreResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  vendors: ({ id }, _args, { loaders }) => loaders.vendorsOfStore.load(id!),
};
