import type { MutationResolvers } from '#generated/delivery/resolvers.ts';
import { giveBackJob as command } from '../../commands/giveBackJob.ts';
import { deliveryNotFound } from '../problems.ts';

export const giveBackJob: MutationResolvers['giveBackJob'] = async (_parent, { deliveryId }, { domain, principal }) => {
  const outcome = await command(domain, principal, deliveryId);
  switch (outcome.kind) {
    case 'done':
      return { __typename: 'GiveBackJobSuccess', deliveryId: outcome.deliveryId };
    case 'notFound':
      return deliveryNotFound;
    case 'notPossible':
      return {
        __typename: 'DeliveryStatusNotPossible',
        message: `The delivery is ${outcome.status}: only a job whose food you have not picked up can be given back.`,
        status: outcome.status,
      };
  }
};
