import type { MembershipResolvers, MembershipStatus } from '#generated/memberships/resolvers.ts';
import { historyOf } from '../history.ts';
import { nextPriceOf } from '../sagas/renew.ts';
import { benefitsOf, givesBenefits } from '../benefits.ts';

export const Membership: MembershipResolvers = {
  plan: ({ planId }, _args, { loaders }) => loaders.planById.load(planId),
  status: ({ status }) => status as MembershipStatus,
  cancelsAtEnd: ({ cancelAtEnd }) => cancelAtEnd,
  benefits: async ({ status, planId }, _args, { loaders }) =>
    givesBenefits(status as MembershipStatus) ? benefitsOf(await loaders.planById.load(planId)) : [],
  charges: (membership, _args, { loaders }) => loaders.chargesOf.load(membership),
  nextPrice: (membership, _args, { domain }) => nextPriceOf(domain, membership),
  history: ({ id }, _args, { domain }) => historyOf(domain, id),
  createdAt: ({ createdAt }) => createdAt.toISOString(),
  endedAt: ({ endedAt }) => endedAt?.toISOString() ?? null,
};
