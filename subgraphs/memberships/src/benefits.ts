import type { z } from 'zod';
import { membershipBenefit } from '#schema/events/memberships.ts';
import type { MembershipStatus } from './membership.ts';

export type Benefit = z.output<typeof membershipBenefit>;

/** The benefits of a plan, as its row holds them. */
export const benefitsOf = (plan: { readonly benefits: unknown }): Benefit[] =>
  membershipBenefit.array().parse(plan.benefits);

/** Whether a member gets what the plan gives. Who owes a renewal keeps it while the payment is tried again. */
export const givesBenefits = (status: MembershipStatus): boolean => status === 'ACTIVE' || status === 'PAST_DUE';
