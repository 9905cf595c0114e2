import type { MutationResolvers } from '#generated/orders/resolvers.ts';
import { cancelOrder as command } from '../../commands/cancelOrder.ts';
import type { OrderStatus } from '../../order.ts';
import { orderNotFound } from '../orderNotFound.ts';

const tooLate = (status: OrderStatus) =>
  ({
    __typename: 'OrderTooLateToCancel',
    message: `The order is ${status} and can no longer be cancelled here. Ask the staff.`,
    status,
  }) as const;

export const cancelOrder: MutationResolvers['cancelOrder'] = async (_parent, { orderId }, { domain, principal }) => {
  const outcome = await command(domain, principal, orderId);
  if (outcome.kind === 'notFound') return orderNotFound;
  return outcome.kind === 'done' ? { __typename: 'CancelOrderSuccess', order: outcome.order } : tooLate(outcome.status);
};
