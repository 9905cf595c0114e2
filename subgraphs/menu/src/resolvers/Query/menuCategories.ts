import type { QueryResolvers } from '#generated/menu/resolvers.ts';

export const menuCategories: QueryResolvers['menuCategories'] = async (_parent, _args, { loaders }) => [
  ...(await loaders.catalogue()).categories.filter(({ retired }) => !retired),
];
