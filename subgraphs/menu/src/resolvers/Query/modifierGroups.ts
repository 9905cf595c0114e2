import type { QueryResolvers } from '#generated/menu/resolvers.ts';

export const modifierGroups: QueryResolvers['modifierGroups'] = async (_parent, _args, { loaders }) =>
  [...(await loaders.catalogue()).groups.values()]
    .filter(({ retired }) => !retired)
    .sort((a, b) => ((a.name['en'] ?? '') < (b.name['en'] ?? '') ? -1 : 1));
