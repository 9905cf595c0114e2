import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { currency, id, instant, minor } from './fields.ts';

const aggregate = (data: { membershipId: string }) => `membership:${data.membershipId}`;
const logged = ({ membershipId }: { membershipId: string }) => ({ membershipId });

export const membershipStatus = z.enum(['PENDING', 'ACTIVE', 'PAST_DUE', 'PAUSED', 'ENDED', 'FAILED']);

/** What a member gets. A domain that hears a kind which it does not know ignores it. */
export const membershipBenefit = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('FREE_DELIVERY') }),
  /** Points are multiplied: 200 doubles them. */
  z.object({ kind: z.literal('POINTS_MULTIPLIER'), percent: z.int().min(100).max(1_000) }),
  /** One of this item is free in each month. */
  z.object({ kind: z.literal('MONTHLY_ITEM'), menuItemId: id }),
]);

/** A customer asked for a membership. It begins when it is paid for. */
export const MembershipRequested = defineEvent({
  name: 'MembershipRequested',
  domain: 'memberships',
  version: '1.0',
  aggregate,
  logged,
  schema: z.object({
    membershipId: id,
    customerId: id,
    storeId: id,
    planId: z.string(),
    /** The price of the first period; 0 for a trial. */
    amount: minor,
    currency,
    exponent: z.int(),
    at: instant,
  }),
});

/** A membership has another status, or its period or plan has changed. */
export const MembershipChanged = defineEvent({
  name: 'MembershipChanged',
  domain: 'memberships',
  version: '1.0',
  aggregate,
  logged,
  schema: z.object({
    membershipId: id,
    customerId: id,
    /** What happened. */
    what: z.enum([
      'STARTED',
      'FAILED',
      'RENEWED',
      'PAYMENT_FAILED',
      'GRACE_STARTED',
      'PLAN_CHANGED',
      'PAUSED',
      'RESUMED',
      'CANCELLATION_ASKED',
      'CANCELLATION_WITHDRAWN',
      'METHOD_CHANGED',
      'ENDED',
    ]),
    status: membershipStatus,
    planId: z.string(),
    /** The first day of the present period and the first day after it, in the time zone of the store. */
    periodStart: z.iso.date(),
    periodEnd: z.iso.date(),
    /** A code that says why, such as the provider's for a decline; null where there is nothing to say. */
    reason: z.string().nullable(),
    at: instant,
  }),
});

/** What a member gets has changed: it began, ended, or is another plan's. */
export const MembershipBenefitsChanged = defineEvent({
  name: 'MembershipBenefitsChanged',
  domain: 'memberships',
  version: '1.0',
  aggregate,
  logged,
  schema: z.object({
    membershipId: id,
    customerId: id,
    /** Empty when the member gets nothing any more. */
    benefits: z.array(membershipBenefit),
    at: instant,
  }),
});

/** Money for a membership was taken, or paid back. */
export const MembershipMoneyMoved = defineEvent({
  name: 'MembershipMoneyMoved',
  domain: 'memberships',
  version: '1.0',
  aggregate,
  logged,
  schema: z.object({
    membershipId: id,
    customerId: id,
    chargeId: id,
    what: z.enum(['CHARGED', 'REFUNDED']),
    amount: minor,
    currency,
    exponent: z.int(),
    at: instant,
  }),
});

/** A member was told what the plan will cost from their first renewal at or after an instant on. */
export const MembershipPriceAnnounced = defineEvent({
  name: 'MembershipPriceAnnounced',
  domain: 'memberships',
  version: '1.0',
  aggregate,
  logged,
  schema: z.object({
    membershipId: id,
    customerId: id,
    planId: z.string(),
    amount: minor,
    currency,
    exponent: z.int(),
    holdsFrom: instant,
    at: instant,
  }),
});
