import { z } from 'zod';

const id = z.uuid();
const minor = z.int().min(0).max(2_147_483_647);
const code = z.string().regex(/^[a-z_]{1,60}$/);
const providersId = z.string().regex(/^\w{1,80}$/);
/** An instant as databases know them: they have no year 0. */
const instant = z.iso.datetime().refine((text) => text >= '0001');

export const moved = z.enum(['authorised', 'declined', 'captured', 'voided', 'refunded']);
export const disputed = z.enum(['open', 'won', 'lost']);
const dispute = { disputeId: providersId, amount: minor, reason: code };

/** What the payment provider sends, by its version. */
export const paymentsBodies = {
  /** `type` says what has happened, such as `payment.captured`, and `data` the rest. */
  '2026-01': z.union([
    z.object({
      type: z.templateLiteral(['payment.', moved]),
      occurredAt: instant,
      data: z.object({ merchantReference: id, refundedAmount: minor.default(0) }),
    }),
    z.object({
      type: z.templateLiteral(['dispute.', disputed]),
      occurredAt: instant,
      data: z.object({ merchantReference: id, ...dispute }),
    }),
  ]),
  /** What it is about comes first, and all amounts are together. */
  '2026-06': z.object({
    at: instant,
    payment: z.object({ reference: id, status: moved, amounts: z.object({ refunded: minor }) }),
    dispute: z.object({ id: providersId, status: disputed, amount: minor, reason: code }).optional(),
  }),
} as const;
