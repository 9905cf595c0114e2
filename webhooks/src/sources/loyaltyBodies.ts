import { z } from 'zod';

const id = z.uuid();
const instant = z.iso.datetime({ offset: true });
const points = z
  .int()
  .min(-1_000_000_000)
  .max(1_000_000_000)
  .refine((value) => value !== 0);

/** What the loyalty partner sends, by its version. */
export const loyaltyBodies = {
  '2026-01': z.discriminatedUnion('type', [
    /** It has booked a posting of ours, or refused it. */
    z.object({ type: z.literal('posting.decided'), key: id }),
    /** It has changed the points of an account by itself. */
    z.object({ type: z.literal('account.adjusted'), booking: id, account: id, points, bookedAt: instant }),
  ]),
  '2026-06': z.union([
    z.object({ posting: z.object({ key: id }) }),
    z.object({ adjustment: z.object({ key: id, member: id, amount: points, postedAt: instant }) }),
  ]),
} as const;
