import type { FavouriteStoreEdgeResolvers } from '#generated/customers/resolvers.ts';

export const FavouriteStoreEdge: FavouriteStoreEdgeResolvers = {
  addedAt: ({ node }) => node.addedAt.toISOString(),
  node: ({ node }) => ({ id: node.storeId }),
};
