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
        message: 'Latitudes lie within 90 degrees, longitudes within 180.',
      };
    case 'courierUnknown':
      return courierUnknown;
  }
};
