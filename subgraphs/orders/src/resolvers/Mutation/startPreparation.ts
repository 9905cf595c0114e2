import type { MutationResolvers } from '#generated/orders/resolvers.ts';
import { kitchenWork } from '../../commands/kitchenWork.ts';
import { orderNotFound, stepRefused } from '../orderNotFound.ts';

export const startPreparation: MutationResolvers['startPreparation'] = async (_parent, args, { domain, principal }) => {
  const outcome = await kitchenWork(domain, { principal, ...args }, { kind: 'start' });
  if (outcome.kind === 'notFound') return orderNotFound;
  return outcome.kind === 'done'
    ? { __typename: 'StartPreparationSuccess', order: outcome.order }
    : stepRefused(outcome.status);
};
