import type { QueryResolvers } from '#generated/marketplace/resolvers.ts';
import { vendorOf } from '../../ownership.ts';

export const myVendor: QueryResolvers['myVendor'] = (_parent, _args, { loaders, principal }) => {
  const id = vendorOf(principal);
  return id === undefined ? null : loaders.vendorById.load(id);
};
