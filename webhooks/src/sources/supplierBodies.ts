import { z } from 'zod';

const id = z.uuid();
const note = z.string().regex(/^[\w./-]{1,60}$/);
const quantity = z.int().min(1).max(10_000_000);

/** What the supplier sends, by its version. */
export const supplierBodies = {
  '2026-01': z.object({
    type: z.literal('delivery.arrived'),
    storeId: id,
    deliveryNote: note,
    lines: z
      .array(z.object({ ingredientId: id, quantity }))
      .min(1)
      .max(100),
  }),
  '2026-06': z.object({
    delivery: z.object({
      note,
      to: z.object({ store: id }),
      items: z
        .array(z.object({ id, units: quantity }))
        .min(1)
        .max(100),
    }),
  }),
} as const;
