import type { MutationResolvers } from '#generated/memberships/resolvers.ts';
import { announcePrice } from '../../commands/announcePrice.ts';

export const announceMembershipPrice: MutationResolvers['announceMembershipPrice'] = async (
  _parent,
  { input },
  { domain, principal },
) => {
  const outcome = await announcePrice(domain, principal, input);
  return outcome.kind === 'done'
    ? { __typename: 'AnnounceMembershipPriceSuccess', price: outcome.price, holdsFrom: input.holdsFrom }
    : { __typename: 'MembershipPriceProblem', field: outcome.field, message: outcome.message };
};
