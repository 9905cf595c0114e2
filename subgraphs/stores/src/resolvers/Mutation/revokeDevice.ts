import type { MutationResolvers } from '#generated/stores/resolvers.ts';
import { revokeDevice as revoke } from '../../devices/revokeDevice.ts';

const notFound = {
  __typename: 'DeviceNotFound',
  message: 'No device at a store that you manage has this id.',
} as const;

export const revokeDevice: MutationResolvers['revokeDevice'] = async (_parent, { input }, { domain, principal }) => {
  const outcome = await revoke(domain, principal, input);
  return outcome.kind === 'done' ? { __typename: 'RevokeDeviceSuccess', device: outcome.device } : notFound;
};
