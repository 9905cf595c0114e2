import type { QueryResolvers } from '#generated/partners/resolvers.ts';

export const partnerAccount: QueryResolvers['partnerAccount'] = (_parent, { id }, { loaders }) =>
  loaders.partnerById.load(id);
