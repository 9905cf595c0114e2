import type { MutationResolvers } from '#generated/memberships/resolvers.ts';
import { keepMembership as command } from '../../commands/cancelMembership.ts';
import { changeResult } from '../changeResult.ts';

export const keepMembership: MutationResolvers['keepMembership'] = async (_parent, { input }, { domain, principal }) =>
  changeResult(domain, await command(domain, principal, input.idempotencyKey));
