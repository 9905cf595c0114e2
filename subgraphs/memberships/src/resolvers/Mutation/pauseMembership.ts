import type { MutationResolvers } from '#generated/memberships/resolvers.ts';
import { pauseMembership as command } from '../../commands/pauseMembership.ts';
import { changeResult } from '../changeResult.ts';

export const pauseMembership: MutationResolvers['pauseMembership'] = async (
  _parent,
  { input },
  { domain, principal },
) => changeResult(domain, await command(domain, principal, input.idempotencyKey));
