import type { MutationResolvers } from '#generated/customers/resolvers.ts';
import { revokeAccess as command } from '../../commands/revokeAccess.ts';

export const revokeAccess: MutationResolvers['revokeAccess'] = async (_parent, { input }, { domain, principal }) => {
  const outcome = await command(domain, principal, input);
  return outcome.kind === 'done'
    ? { __typename: 'RevokeAccessSuccess', subject: input.subject, revokedAt: outcome.revokedAt }
    : {
        __typename: 'AccessSubjectInvalid',
        message: 'No token can have this subject. Use the `sub` of the token, which for a person is their id.',
      };
};
