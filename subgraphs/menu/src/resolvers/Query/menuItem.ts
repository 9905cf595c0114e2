import type { QueryResolvers } from '#generated/menu/resolvers.ts';

export const menuItem: QueryResolvers['menuItem'] = async (_parent, { id }, { loaders }) =>
  (await loaders.catalogue()).items.get(id) ?? null;
