import type { MutationResolvers } from '#generated/customers/resolvers.ts';
import { eraseMe as command } from '../../commands/eraseMe.ts';
import { notRegistered } from '../problems.ts';

export const eraseMe: MutationResolvers['eraseMe'] = async (_parent, { confirm }, { domain, principal }) => {
  if (!confirm)
    return {
      __typename: 'CustomerErasureNotConfirmed',
      message: 'An erasure cannot be undone. Ask the person, then send `confirm: true`.',
    };
  const outcome = await command(domain, principal);
  return outcome.kind === 'done'
    ? { __typename: 'EraseMeSuccess', erasedAt: outcome.erasedAt.toISOString() }
    : notRegistered;
};
