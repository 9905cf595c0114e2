import type { Resolvers } from '#generated/memberships/resolvers.ts';
import { Membership } from './resolvers/Membership.ts';
import { MembershipBenefit } from './resolvers/MembershipBenefit.ts';
import { MembershipCharge } from './resolvers/MembershipCharge.ts';
import { MembershipHistoryEntry } from './resolvers/MembershipHistoryEntry.ts';
import { MembershipPlan } from './resolvers/MembershipPlan.ts';
import { MembershipPlanOffer } from './resolvers/MembershipPlanOffer.ts';
import { cancelMembership } from './resolvers/Mutation/cancelMembership.ts';
import { announceMembershipPrice } from './resolvers/Mutation/announceMembershipPrice.ts';
import { changeMembershipMethod } from './resolvers/Mutation/changeMembershipMethod.ts';
import { changeMembershipPlan } from './resolvers/Mutation/changeMembershipPlan.ts';
import { keepMembership } from './resolvers/Mutation/keepMembership.ts';
import { pauseMembership } from './resolvers/Mutation/pauseMembership.ts';
import { resumeMembership } from './resolvers/Mutation/resumeMembership.ts';
import { subscribeToMembership } from './resolvers/Mutation/subscribeToMembership.ts';
import { membershipChangeQuote } from './resolvers/Query/membershipChangeQuote.ts';
import { membershipPlans } from './resolvers/Query/membershipPlans.ts';
import { membershipsOfCustomer } from './resolvers/Query/membershipsOfCustomer.ts';
import { myMembership } from './resolvers/Query/myMembership.ts';

export const resolvers: Resolvers = {
  Query: { membershipChangeQuote, membershipPlans, membershipsOfCustomer, myMembership },
  Mutation: {
    announceMembershipPrice,
    cancelMembership,
    changeMembershipMethod,
    changeMembershipPlan,
    keepMembership,
    pauseMembership,
    resumeMembership,
    subscribeToMembership,
  },
  Membership,
  MembershipBenefit,
  MembershipCharge,
  MembershipHistoryEntry,
  MembershipPlan,
  MembershipPlanOffer,
};
