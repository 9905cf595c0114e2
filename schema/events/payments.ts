import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { currency, id, instant, minor } from './fields.ts';

/** The payment provider moved money or refused to. */
export const PaymentProcessed = defineEvent({
  name: 'PaymentProcessed',
  domain: 'payments',
  version: '1.0',
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
    /** The provider's code for a decline or refusal; null for a success. */
    reason: z.string().nullable(),
    at: instant,
  }),
});
