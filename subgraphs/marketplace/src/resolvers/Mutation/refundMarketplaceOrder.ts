import type { MutationResolvers } from '#generated/marketplace/resolvers.ts';
import { refundOrder } from '../../commands/refundOrder.ts';
import { orderNotFound } from '../changeOrderResult.ts';

export const refundMarketplaceOrder: MutationResolvers['refundMarketplaceOrder'] = async (
  _parent,
  { input },
  { domain, principal },
) => {
  const outcome = await refundOrder(domain, principal, input);
  const orderOf = (id: string) => domain.db.marketplaceOrder.findUniqueOrThrow({ where: { id } });
  switch (outcome.kind) {
    case 'notFound':
      return orderNotFound;
    case 'notFulfilled':
      return {
        __typename: 'MarketplaceOrderNotAllowed',
        message: 'Only a fulfilled order is refunded; any other is paid back as a whole when it ends.',
        order: await orderOf(outcome.orderId),
      };
    case 'tooMuch':
      return {
        __typename: 'MarketplaceInputProblem',
        field: 'amount',
        message: `Give 1 to ${outcome.left}, which is what is left of the price.`,
      };
    case 'done':
      return { __typename: 'RefundMarketplaceOrderSuccess', order: await orderOf(outcome.orderId) };
  }
};
