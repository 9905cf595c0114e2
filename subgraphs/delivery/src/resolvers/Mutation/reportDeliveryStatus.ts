import type { MutationResolvers } from '#generated/delivery/resolvers.ts';
import { reportDeliveryStatus as command } from '../../commands/reportDeliveryStatus.ts';
import { deliveryNotFound } from '../problems.ts';

export const reportDeliveryStatus: MutationResolvers['reportDeliveryStatus'] = async (
  _parent,
  { input },
  { domain, principal },
) => {
  const outcome = await command(domain, principal, { ...input, reason: input.reason ?? null });
  switch (outcome.kind) {
    case 'done':
      return { __typename: 'ReportDeliveryStatusSuccess', delivery: outcome.delivery };
    case 'notFound':
      return deliveryNotFound;
    case 'notReady':
      return { __typename: 'DeliveryNotReady', message: 'The kitchen is not done yet. Wait, and report again.' };
    case 'notPossible':
      return {
        __typename: 'DeliveryStatusNotPossible',
        status: outcome.status,
        message: `The delivery is ${outcome.status} and cannot become ${input.status}. Read it again.`,
      };
    case 'reasonMissing':
      return {
        __typename: 'DeliveryInputInvalid',
        field: 'reason',
        message: 'FAILED needs a reason: say why the delivery failed.',
      };
  }
};
