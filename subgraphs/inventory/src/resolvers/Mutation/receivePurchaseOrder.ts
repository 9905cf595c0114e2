import type { MutationResolvers } from '#generated/inventory/resolvers.ts';
import { readPurchaseOrder } from '../../suppliers/purchaseOrderQueries.ts';
import { receivePurchaseOrder as command } from '../../suppliers/receivePurchaseOrder.ts';
import { stockInputProblem } from '../stockChangeResult.ts';

export const receivePurchaseOrder: MutationResolvers['receivePurchaseOrder'] = async (
  _parent,
  { input },
  { domain, principal },
) => {
  const outcome = await command(domain, principal, { ...input, complete: input.complete ?? true });
  switch (outcome.kind) {
    case 'notFound':
      return {
        __typename: 'PurchaseOrderNotFound',
        message: 'No store that is yours has such an order. Take the id from `purchaseOrders`.',
      };
    case 'invalid':
      return stockInputProblem(outcome);
    case 'ended':
      return {
        __typename: 'PurchaseOrderEnded',
        message: 'The order has ended. What comes nevertheless is taken in by `receiveStock`.',
        purchaseOrder: await readPurchaseOrder(domain, input.purchaseOrderId),
      };
    case 'done':
      return {
        __typename: 'PurchaseOrderReceived',
        purchaseOrder: await readPurchaseOrder(domain, input.purchaseOrderId),
      };
  }
};
