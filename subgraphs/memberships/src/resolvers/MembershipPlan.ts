import type { MembershipPlanResolvers } from '#generated/memberships/resolvers.ts';
import { benefitsOf } from '../benefits.ts';

export const MembershipPlan: MembershipPlanResolvers = {
  name: ({ name }, { locale }) => {
    const names = name as Readonly<Record<string, string>>;
    return names[(locale ?? 'EN').toLowerCase()] ?? names['en']!;
  },
  benefits: (plan) => benefitsOf(plan),
};
