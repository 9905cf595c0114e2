import type { MarketplaceOrder } from '#generated/marketplace/prisma/client.ts';
import type { ChangeOrderOutcome } from '../commands/changeOrder.ts';

type ChangeOrderResult =
  | { readonly __typename: 'ChangeMarketplaceOrderSuccess'; readonly order: MarketplaceOrder }
  | { readonly __typename: 'MarketplaceOrderNotAllowed'; readonly order: MarketplaceOrder; readonly message: string }
  | { readonly __typename: 'MarketplaceOrderNotFound'; readonly message: string };

/** The answer where there is no order that the caller may change. */
export const orderNotFound = {
  __typename: 'MarketplaceOrderNotFound',
  message: 'You have no order with this id. Look at the list of your orders.',
} as const;

/** The answer to a mutation that brings an order to another status. */
export function changeOrderResult(outcome: ChangeOrderOutcome): ChangeOrderResult {
  switch (outcome.kind) {
    case 'notFound':
      return orderNotFound;
    case 'notAllowed':
      return {
        __typename: 'MarketplaceOrderNotAllowed',
        message: `The order is ${outcome.order.status}, which does not allow this now. Show it as it is.`,
        order: outcome.order,
      };
    case 'done':
      return { __typename: 'ChangeMarketplaceOrderSuccess', order: outcome.order };
  }
}
