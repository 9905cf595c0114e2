import type { AddressVersionResolvers } from '#generated/customers/resolvers.ts';
import { mayRead } from '../ownership.ts';

export const AddressVersion: AddressVersionResolvers = {
  __resolveReference: async ({ id }, { principal, loaders }) => {
    const version = await loaders.versionById.load(id);
    return version && mayRead(principal, version.customerId) ? version : null;
  },
  createdAt: ({ createdAt }) => createdAt.toISOString(),
};
