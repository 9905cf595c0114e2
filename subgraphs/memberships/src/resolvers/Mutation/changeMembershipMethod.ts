import type { MutationResolvers } from '#generated/memberships/resolvers.ts';
import { changeMethod as command } from '../../commands/changeMethod.ts';
import { changeResult } from '../changeResult.ts';

export const changeMembershipMethod: MutationResolvers['changeMembershipMethod'] = async (
  _parent,
  { input },
  { domain, principal },
) => changeResult(domain, await command(domain, principal, input));
