import type { AddressResolvers } from '#generated/customers/resolvers.ts';

export const Address: AddressResolvers = {
  current: async ({ currentVersionId }, _args, { loaders }) => {
    const version = await loaders.versionById.load(currentVersionId);
    if (!version) throw new Error('the present version of an address is missing');
    return version;
  },
};
