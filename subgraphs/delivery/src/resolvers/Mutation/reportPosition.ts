import type { MutationResolvers } from '#generated/delivery/resolvers.ts';
import { reportPosition as command } from '../../commands/reportPosition.ts';
import { courierUnknown } from '../problems.ts';

export const reportPosition: MutationResolvers['reportPosition'] = async (
  _parent,
  { position },
  { domain, principal },
) => {
  const outcome = await command(domain, principal, position);
  switch (outcome.kind) {
    case 'done':
      return { __typename: 'ReportPositionSuccess', position: outcome.told };
    case 'invalid':
      return {
        __typename: 'DeliveryInputInvalid',
        field: 'position',
        message: 'The latitude must lie between -90 and 90, the longitude between -180 and 180.',
      };
    case 'courierUnknown':
      return courierUnknown;
  }
};
