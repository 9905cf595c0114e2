import type { MutationResolvers } from '#generated/customers/resolvers.ts';
import { signOutEverywhere as command } from '../../commands/signOutEverywhere.ts';
import { notAllowed } from '../problems.ts';

export const signOutEverywhere: MutationResolvers['signOutEverywhere'] = async (
  _parent,
  _args,
  { domain, principal },
) => {
  const outcome = await command(domain, principal);
  return outcome.kind === 'done'
    ? { __typename: 'SignOutEverywhereSuccess', signedOutAt: outcome.signedOutAt.toISOString() }
    : notAllowed;
};
