import type { MutationResolvers } from '#generated/memberships/resolvers.ts';
import { resumeMembership as command } from '../../commands/pauseMembership.ts';
import { changeResult } from '../changeResult.ts';

export const resumeMembership: MutationResolvers['resumeMembership'] = async (
  _parent,
  { input },
  { domain, principal },
) => changeResult(domain, await command(domain, principal, input.idempotencyKey));
