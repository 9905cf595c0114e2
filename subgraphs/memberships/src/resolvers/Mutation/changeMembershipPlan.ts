import type { MutationResolvers } from '#generated/memberships/resolvers.ts';
import { changePlan } from '../../commands/changePlan.ts';

export const changeMembershipPlan: MutationResolvers['changeMembershipPlan'] = async (
  _parent,
  { input },
  { domain, principal },
) => {
  const outcome = await changePlan(domain, principal, input);
  const membershipOf = (id: string) => domain.db.membership.findUniqueOrThrow({ where: { id } });
  switch (outcome.kind) {
    case 'done':
    case 'charged':
      return { __typename: 'ChangeMembershipPlanSuccess', membership: await membershipOf(outcome.membershipId) };
    case 'refused':
    case 'declined':
      return {
        __typename: outcome.kind === 'refused' ? 'MembershipChangeRefused' : 'MembershipPaymentDeclined',
        message: outcome.message,
        membership: await membershipOf(outcome.membershipId),
      };
    case 'differs': {
      const { amount, currency, exponent } = outcome;
      return {
        __typename: 'MembershipPriceDiffers',
        message: 'Another amount is due. Show it, and ask again with it as `agreedAmount`.',
        price: { amount, currency, exponent },
      };
    }
    case 'notOffered':
      return { __typename: 'MembershipNotOffered', message: 'This is not offered here. Read the plans again.' };
    case 'notFound':
      return { __typename: 'MembershipNotFound', message: 'You have no membership. Subscribe to one first.' };
  }
};
