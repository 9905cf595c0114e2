import type { QueryResolvers } from '#generated/inventory/resolvers.ts';

export const stockItem: QueryResolvers['stockItem'] = (_parent, key, { loaders }) => loaders.stockItem.load(key);
