import type { MutationResolvers } from '#generated/stores/resolvers.ts';
import { enrolDevice as enrol } from '../../devices/enrolDevice.ts';
import { storeNotFound } from '../storeNotFound.ts';

const codeUnknown = {
  __typename: 'DeviceCodeUnknown',
  message: 'No device shows this code now. Read it again from the screen: it changes every quarter of an hour.',
} as const;

export const enrolDevice: MutationResolvers['enrolDevice'] = async (_parent, { input }, { domain, principal }) => {
  const outcome = await enrol(domain, principal, { ...input, name: input.name.trim() });
  switch (outcome.kind) {
    case 'done':
      return { __typename: 'EnrolDeviceSuccess', device: outcome.device };
    case 'codeUnknown':
      return codeUnknown;
    case 'notFound':
      return storeNotFound;
    case 'invalid':
      return { __typename: 'StoreInputProblem', field: outcome.field, message: outcome.message };
  }
};
