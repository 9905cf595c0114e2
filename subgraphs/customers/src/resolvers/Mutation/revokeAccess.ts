import type { MutationResolvers } from '#generated/customers/resolvers.ts';
import { revokeAccess as command } from '../../commands/revokeAccess.ts';

export const revokeAccess: MutationResolvers['revokeAccess'] = async (_parent, { input }, { domain, principal }) => {
  const outcome = await command(domain, principal, input);
  return outcome.kind === 'done'
    ? { __typename: 'RevokeAccessSuccess', subject: input.subject, revokedAt: outcome.revokedAt }
    : {
        __typename: 'AccessSubjectInvalid',
        message: 'No token has such a subject. Take the `sub` of the token, or the id of the person.',
      };
};
