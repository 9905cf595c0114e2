import type { MutationResolvers } from '#generated/orders/resolvers.ts';
import { kitchenWork } from '../../commands/kitchenWork.ts';
import { orderNotFound, stepRefused } from '../orderNotFound.ts';

export const rejectOrder: MutationResolvers['rejectOrder'] = async (
  _parent,
  { reason, ...request },
  { domain, principal },
) => {
  const outcome = await kitchenWork(domain, { principal, ...request }, { kind: 'reject', reason });
  if (outcome.kind === 'notFound') return orderNotFound;
  return outcome.kind === 'done'
    ? { __typename: 'RejectOrderSuccess', order: outcome.order }
    : stepRefused(outcome.status);
};
