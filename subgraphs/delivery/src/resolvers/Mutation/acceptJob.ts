import type { MutationResolvers } from '#generated/delivery/resolvers.ts';
import { acceptJob as command } from '../../commands/acceptJob.ts';
import { courierUnknown, deliveryNotFound } from '../problems.ts';

export const acceptJob: MutationResolvers['acceptJob'] = async (_parent, { deliveryId }, { domain, principal }) => {
  const outcome = await command(domain, principal, deliveryId);
  switch (outcome.kind) {
    case 'done':
      return { __typename: 'AcceptJobSuccess', delivery: outcome.delivery };
    case 'notFound':
      return deliveryNotFound;
    case 'taken':
      return {
        __typename: 'DeliveryJobTaken',
        message: 'Another courier was faster, or the order was cancelled. Take another job.',
      };
    case 'unavailable':
      return {
        __typename: 'DeliveryCourierUnavailable',
        message: 'You are not available for jobs. Set your availability first.',
      };
    case 'tooManyJobs':
      return {
        __typename: 'DeliveryJobLimitReached',
        message: 'You carry as many jobs as a courier may. Deliver one first.',
      };
    case 'courierUnknown':
      return courierUnknown;
  }
};
