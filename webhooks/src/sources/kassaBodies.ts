import { z } from 'zod';

const reference = z.uuid();
const minor = z.int().min(0).max(2_147_483_647);
const providersId = z.string().regex(/^\w{1,80}$/);
const seconds = z.int().min(0).max(9_999_999_999);

export const intentEvent = z.enum([
  'payment_intent.requires_action',
  'payment_intent.amount_capturable_updated',
  'payment_intent.payment_failed',
  'payment_intent.succeeded',
  'payment_intent.canceled',
  'charge.refunded',
]);
export const disputeEvent = z.enum(['charge.dispute.created', 'charge.dispute.closed']);
export const disputeStatus = z.enum(['needs_response', 'won', 'lost']);

const bodiesWith = <Named extends z.ZodType>(named: Named) =>
  z.union([
    z.object({
      type: intentEvent,
      created: seconds,
      data: z.object({ object: z.intersection(z.object({ amount_refunded: minor.default(0) }), named) }),
    }),
    z.object({
      type: disputeEvent,
      created: seconds,
      data: z.object({
        object: z.intersection(
          z.object({
            id: providersId,
            amount: minor,
            reason: z.string().regex(/^[a-z_]{1,60}$/),
            status: disputeStatus,
          }),
          named,
        ),
      }),
    }),
  ]);

/** What Kassa sends, by its version. */
export const kassaBodies = {
  /** The order's id is in the metadata. */
  '2026-03-01': bodiesWith(z.object({ metadata: z.object({ reference }) })),
  /** The order's id has a name of its own. */
  '2026-09-01': bodiesWith(z.object({ client_reference: reference })),
} as const;
