import type { MutationResolvers } from '#generated/orders/resolvers.ts';
import { kitchenWork } from '../../commands/kitchenWork.ts';
import { orderNotFound, stepRefused } from '../orderNotFound.ts';

export const markReady: MutationResolvers['markReady'] = async (_parent, { orderId }, { domain, principal }) => {
  const outcome = await kitchenWork(domain, principal, orderId, { kind: 'ready' });
  if (outcome.kind === 'notFound') return orderNotFound;
  return outcome.kind === 'done'
    ? { __typename: 'MarkReadySuccess', order: outcome.order }
    : stepRefused(outcome.status);
};
