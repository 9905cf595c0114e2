import type { Resolvers } from '#generated/memberships/resolvers.ts';
import { Membership } from './resolvers/Membership.ts';
import { MembershipBenefit } from './resolvers/MembershipBenefit.ts';
import { MembershipCharge } from './resolvers/MembershipCharge.ts';
import { MembershipPlan } from './resolvers/MembershipPlan.ts';
import { MembershipPlanOffer } from './resolvers/MembershipPlanOffer.ts';
import { cancelMembership } from './resolvers/Mutation/cancelMembership.ts';
import { subscribeToMembership } from './resolvers/Mutation/subscribeToMembership.ts';
import { membershipPlans } from './resolvers/Query/membershipPlans.ts';
import { membershipsOfCustomer } from './resolvers/Query/membershipsOfCustomer.ts';
import { myMembership } from './resolvers/Query/myMembership.ts';

export const resolvers: Resolvers = {
  Query: { membershipPlans, membershipsOfCustomer, myMembership },
  Mutation: { cancelMembership, subscribeToMembership },
  Membership,
  MembershipBenefit,
  MembershipCharge,
  MembershipPlan,
  MembershipPlanOffer,
};
