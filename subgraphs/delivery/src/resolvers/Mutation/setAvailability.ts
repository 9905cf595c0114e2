import type { MutationResolvers } from '#generated/delivery/resolvers.ts';
import { setAvailability as command } from '../../commands/setAvailability.ts';
import { courierUnknown } from '../problems.ts';

export const setAvailability: MutationResolvers['setAvailability'] = async (
  _parent,
  { available },
  { domain, principal, loaders },
) => {
  const courier = await command(domain, principal, available);
  if (!courier) return courierUnknown;
  if (courier.deactivatedAt)
    return {
      __typename: 'DeliveryCourierDeactivated',
      message: 'You work for the chain no longer: finish the jobs that you carry. Ask the operations desk.',
    };
  loaders.courierById.clear(courier.id).prime(courier.id, courier);
  return { __typename: 'SetAvailabilitySuccess', courier };
};
