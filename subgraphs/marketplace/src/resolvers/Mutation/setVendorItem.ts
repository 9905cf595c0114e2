import type { MutationResolvers } from '#generated/marketplace/resolvers.ts';
import { setVendorItem as set } from '../../commands/setVendorItem.ts';
import { maySeeVendor } from '../../ownership.ts';
import { vendorNotFound } from '../vendorResult.ts';

export const setVendorItem: MutationResolvers['setVendorItem'] = async (_parent, { input }, { domain, principal }) => {
  if (!maySeeVendor(principal, input.vendorId)) return vendorNotFound;
  const outcome = await set(domain, input);
  switch (outcome.kind) {
    case 'notFound':
      return vendorNotFound;
    case 'invalid':
      return { __typename: 'MarketplaceInputProblem', field: outcome.field, message: outcome.message };
    case 'done': {
      const { currency, exponent } = outcome.vendor;
      return { __typename: 'SetVendorItemSuccess', item: { ...outcome.item, currency, exponent } };
    }
  }
};
