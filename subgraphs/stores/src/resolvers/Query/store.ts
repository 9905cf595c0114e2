import type { QueryResolvers } from '#generated/stores/resolvers.ts';

export const store: QueryResolvers['store'] = (_parent, { id }, { loaders }) => loaders.storeById.load(id);
