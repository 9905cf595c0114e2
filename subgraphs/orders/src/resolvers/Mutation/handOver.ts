import type { MutationResolvers } from '#generated/orders/resolvers.ts';
import { kitchenWork } from '../../commands/kitchenWork.ts';
import { orderNotFound, stepRefused } from '../orderNotFound.ts';

export const handOver: MutationResolvers['handOver'] = async (_parent, args, { domain, principal }) => {
  const outcome = await kitchenWork(domain, { principal, ...args }, { kind: 'handOver' });
  if (outcome.kind === 'notFound') return orderNotFound;
  return outcome.kind === 'done'
    ? { __typename: 'HandOverSuccess', order: outcome.order }
    : stepRefused(outcome.status);
};
