import type { MutationResolvers } from '#generated/orders/resolvers.ts';
import { kitchenWork } from '../../commands/kitchenWork.ts';
import { orderNotFound, stepRefused } from '../orderNotFound.ts';

export const recallOrder: MutationResolvers['recallOrder'] = async (_parent, args, { domain, principal }) => {
  const outcome = await kitchenWork(domain, { principal, ...args }, { kind: 'recall' });
  if (outcome.kind === 'notFound') return orderNotFound;
  return outcome.kind === 'done'
    ? { __typename: 'RecallOrderSuccess', order: outcome.order }
    : stepRefused(outcome.status);
};
