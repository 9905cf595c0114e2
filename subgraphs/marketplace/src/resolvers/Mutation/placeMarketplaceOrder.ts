import type { MutationResolvers } from '#generated/marketplace/resolvers.ts';
import { CodedError } from '#platform/subgraph/codedError.ts';
import { placeOrder } from '../../commands/placeOrder.ts';
import { customerOf } from '../../ownership.ts';

export const placeMarketplaceOrder: MutationResolvers['placeMarketplaceOrder'] = async (
  _parent,
  { input },
  { domain, principal },
) => {
  if (customerOf(principal) === undefined) throw new CodedError('FORBIDDEN', 'Vendors sell to customers.');
  const outcome = await placeOrder(domain, principal, input);
  switch (outcome.kind) {
    case 'placed': {
      const order = await domain.db.marketplaceOrder.findUniqueOrThrow({ where: { id: outcome.orderId } });
      return { __typename: 'PlaceMarketplaceOrderSuccess', order };
    }
    case 'notOpen':
      return {
        __typename: 'VendorNotOpen',
        message: 'This vendor takes no orders beside this restaurant at present. Read the vendors again.',
      };
    case 'unavailable':
      return {
        __typename: 'VendorItemUnavailable',
        message: 'This item cannot be ordered at present. Leave it out, or read the items again.',
        itemId: outcome.itemId,
      };
    case 'totalDiffers': {
      const { amount, currency, exponent } = outcome;
      return {
        __typename: 'MarketplaceTotalDiffers',
        message: 'It costs something else by now. Show it, and ask again with it as `agreedTotal`.',
        total: { amount, currency, exponent },
      };
    }
    case 'invalid':
      return { __typename: 'MarketplaceInputProblem', field: outcome.field, message: outcome.message };
  }
};
