import type { MutationResolvers } from '#generated/memberships/resolvers.ts';
import { cancelMembership as command } from '../../commands/cancelMembership.ts';
import { changeResult } from '../changeResult.ts';

export const cancelMembership: MutationResolvers['cancelMembership'] = async (
  _parent,
  { input },
  { domain, principal },
) => changeResult(domain, await command(domain, principal, { ...input, when: input.when ?? 'AT_END' }));
