import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { currency, id, instant, minor } from './fields.ts';

/** The payment provider moved money or refused to. */
export const PaymentProcessed = defineEvent({
  name: 'PaymentProcessed',
  domain: 'payments',
  version: '1.3',
  aggregate: (data) => `payment:${data.paymentId}`,
  feed: (data) => `order:${data.orderId}`,
  logged: ({ orderId, paymentId, outcome, reason }) => ({ orderId, paymentId, outcome, reason }),
  schema: z.object({
    paymentId: id,
    orderId: id,
    storeId: id,
    outcome: z.enum(['AUTHORISED', 'DECLINED', 'CAPTURED', 'REFUSED', 'VOIDED', 'REFUNDED']),
    amount: minor,
    currency,
    exponent: z.int(),
    /** Everything that was taken from the guest until then, since version 1.1. What was paid back is part of it. */
    captured: minor.optional(),
    /** Everything that was paid back until then, since version 1.1: less than `captured` after a refund of a part. */
    refunded: minor.optional(),
    /** Who pays, since version 1.3; null for a guest at a kiosk. */
    customerId: id.nullable().optional(),
    /** The provider's code for a decline or refusal; null for a success. */
    reason: z.string().nullable(),
    /** True for what follows once the payer was asked by their bank to confirm, since version 1.2. */
    afterChallenge: z.boolean().optional(),
    at: instant,
  }),
});

/** The payer's bank wants the payer to confirm a payment (3-D Secure). Where they do so is in no event. */
export const PaymentChallenged = defineEvent({
  name: 'PaymentChallenged',
  domain: 'payments',
  version: '1.1',
  aggregate: (data) => `payment:${data.paymentId}`,
  feed: (data) => `order:${data.orderId}`,
  logged: ({ orderId, paymentId }) => ({ orderId, paymentId }),
  schema: z.object({
    paymentId: id,
    orderId: id,
    storeId: id,
    amount: minor,
    currency,
    exponent: z.int(),
    /** Who pays, since version 1.1; null for a guest at a kiosk. */
    customerId: id.nullable().optional(),
    /** When the provider lets nobody confirm any more. The order may wait for less. */
    expiresAt: instant,
    at: instant,
  }),
});

/** A guest disputes a payment at their bank, or such a dispute has ended. */
export const PaymentDisputed = defineEvent({
  name: 'PaymentDisputed',
  domain: 'payments',
  version: '1.0',
  aggregate: (data) => `payment:${data.paymentId}`,
  feed: (data) => `order:${data.orderId}`,
  logged: ({ orderId, paymentId, disputeId, status }) => ({ orderId, paymentId, disputeId, status }),
  schema: z.object({
    paymentId: id,
    orderId: id,
    storeId: id,
    /** The provider's id of the dispute. */
    disputeId: z.string(),
    status: z.enum(['OPEN', 'WON', 'LOST']),
    amount: minor,
    currency,
    exponent: z.int(),
    /** The provider's code, such as not_received. */
    reason: z.string(),
    at: instant,
  }),
});
