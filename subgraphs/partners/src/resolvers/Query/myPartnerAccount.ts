import type { QueryResolvers } from '#generated/partners/resolvers.ts';
import { partnerOf } from '../../ownership.ts';

export const myPartnerAccount: QueryResolvers['myPartnerAccount'] = (_parent, _args, { loaders, principal }) => {
  const id = partnerOf(principal);
  return id === undefined ? null : loaders.partnerById.load(id);
};
