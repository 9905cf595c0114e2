import type { QueryResolvers } from '#generated/marketplace/resolvers.ts';

export const vendor: QueryResolvers['vendor'] = (_parent, { id }, { loaders }) => loaders.vendorById.load(id);
