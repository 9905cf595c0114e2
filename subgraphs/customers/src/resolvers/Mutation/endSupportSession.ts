import type { MutationResolvers } from '#generated/customers/resolvers.ts';
import { endSupportSession as command } from '../../commands/endSupportSession.ts';

export const endSupportSession: MutationResolvers['endSupportSession'] = async (
  _parent,
  { input: { customerId } },
  { domain, principal },
) => {
  const at = await command(domain, principal, customerId);
  return at === undefined
    ? {
        __typename: 'NoSupportSession',
        message: 'You have no session for this customer: it is over, or was never begun.',
      }
    : { __typename: 'SupportSessionEnded', customerId, at };
};
