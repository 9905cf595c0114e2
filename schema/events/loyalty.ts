import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { id, instant } from './fields.ts';

/** A completed order earned its customer points. */
export const LoyaltyPointsEarned = defineEvent({
  name: 'LoyaltyPointsEarned',
  domain: 'loyalty',
  version: '1.0',
  aggregate: (data) => `account:${data.customerId}`,
  logged: ({ orderId }) => ({ orderId }),
  schema: z.object({
    customerId: id,
    orderId: id,
    points: z.int().positive(),
    /** The balance after this entry. */
    balance: z.int(),
    at: instant,
  }),
});

/** A completed order was refunded, and the points that it had earned were taken back. */
export const LoyaltyPointsReversed = defineEvent({
  name: 'LoyaltyPointsReversed',
  domain: 'loyalty',
  version: '1.0',
  aggregate: (data) => `account:${data.customerId}`,
  logged: ({ orderId }) => ({ orderId }),
  schema: z.object({
    customerId: id,
    orderId: id,
    /** The points taken back: as many as were earned. */
    points: z.int().positive(),
    /** The balance after this entry. */
    balance: z.int(),
    at: instant,
  }),
});

/** The loyalty partner changed a customer's points by itself. */
export const LoyaltyPointsAdjusted = defineEvent({
  name: 'LoyaltyPointsAdjusted',
  domain: 'loyalty',
  version: '1.0',
  aggregate: (data) => `account:${data.customerId}`,
  schema: z.object({
    customerId: id,
    /** The points added to the balance, not 0; negative for points that were spent or taken back. */
    points: z.int(),
    /** The balance after this entry. */
    balance: z.int(),
    at: instant,
  }),
});

/** Support gave a customer points of goodwill. */
export const LoyaltyGoodwillGiven = defineEvent({
  name: 'LoyaltyGoodwillGiven',
  domain: 'loyalty',
  version: '1.0',
  aggregate: (data) => `account:${data.customerId}`,
  schema: z.object({
    customerId: id,
    points: z.int().positive(),
    reason: z.enum(['LATE', 'WRONG_ORDER', 'POOR_QUALITY', 'COURTESY']),
    /** The balance after this entry. */
    balance: z.int(),
    at: instant,
  }),
});
