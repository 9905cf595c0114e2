import type { MembershipBenefitResolvers } from '#generated/memberships/resolvers.ts';

export const MembershipBenefit: MembershipBenefitResolvers = {
  percent: (benefit) => (benefit.kind === 'POINTS_MULTIPLIER' ? benefit.percent : null),
  menuItemId: (benefit) => (benefit.kind === 'MONTHLY_ITEM' ? benefit.menuItemId : null),
};
