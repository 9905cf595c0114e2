import { z } from 'zod';

/** Our own id of the job, which the partner was given as its reference. */
const reference = z.uuid();

/** What Velo sends, by its version. */
export const veloBodies = {
  '2026-01': z.object({ type: z.literal('delivery.updated'), data: z.object({ external_id: reference }) }),
  /** Named after what it is about. */
  '2026-06': z.object({ delivery: z.object({ external_id: reference }) }),
} as const;

/** What Stadtbote sends, by its version. */
export const stadtboteBodies = {
  '1': z.object({ order: z.object({ ref: reference }) }),
  /** Without the order, which is to be asked for. */
  '2': z.object({ ref: reference }),
} as const;
