import type { MutationResolvers } from '#generated/orders/resolvers.ts';
import { kitchenWork } from '../../commands/kitchenWork.ts';
import { orderNotFound, stepRefused } from '../orderNotFound.ts';

export const handOver: MutationResolvers['handOver'] = async (_parent, { orderId }, { domain, principal }) => {
  const outcome = await kitchenWork(domain, principal, orderId, { kind: 'handOver' });
  if (outcome.kind === 'notFound') return orderNotFound;
  return outcome.kind === 'done'
    ? { __typename: 'HandOverSuccess', order: outcome.order }
    : stepRefused(outcome.status);
};
