import type { MutationResolvers } from '#generated/memberships/resolvers.ts';
import { isId } from '#platform/domain/id.ts';
import { CodedError } from '#platform/subgraph/codedError.ts';
import { subscribe } from '../../commands/subscribe.ts';

export const subscribeToMembership: MutationResolvers['subscribeToMembership'] = async (
  _parent,
  { input },
  { domain, principal },
) => {
  if (!isId(principal.subject)) throw new CodedError('FORBIDDEN', 'Memberships are for customers.');
  const outcome = await subscribe(domain, principal, input);
  const membershipOf = (id: string) => domain.db.membership.findUniqueOrThrow({ where: { id } });
  switch (outcome.kind) {
    case 'requested':
      return { __typename: 'SubscribeToMembershipSuccess', membership: await membershipOf(outcome.membershipId) };
    case 'exists':
      return {
        __typename: 'MembershipExists',
        message: 'You have a membership already. Change its plan instead.',
        membership: await membershipOf(outcome.membershipId),
      };
    case 'notOffered':
      return { __typename: 'MembershipNotOffered', message: 'This is not offered here. Read the plans again.' };
    case 'trialUsed':
      return { __typename: 'MembershipTrialUsed', message: 'A trial is for those who never had a membership.' };
    case 'priceDiffers': {
      const { amount, currency, exponent } = outcome;
      return {
        __typename: 'MembershipPriceDiffers',
        message: 'The price is another one. Show it, and ask again with it as `agreedPrice`.',
        price: { amount, currency, exponent },
      };
    }
    case 'invalid':
      return { __typename: 'MembershipInputProblem', field: outcome.field, message: outcome.message };
  }
};
