import { z } from 'zod';

const id = z.uuid();
/** The supplier's names of its deliveries, lists and recalls. */
const name = z.string().regex(/^[\w./-]{1,60}$/);
const quantity = z.int().min(1).max(10_000_000);
const price = z.int().min(0).max(1_000_000_000);
const currency = z.string().regex(/^[A-Z]{3}$/);
const exponent = z.int().min(0).max(4);
const instant = z.iso.datetime({ offset: true });
const reason = z.string().min(1).max(500);
const bounded = <Line extends z.ZodType>(line: Line, most: number) => z.array(line).min(1).max(most);

const lines = bounded(z.object({ ingredientId: id, quantity }), 100);
const items = bounded(z.object({ id, units: quantity }), 100);

/** What the supplier sends, by its version. */
export const supplierBodies = {
  '2026-01': z.discriminatedUnion('type', [
    z.object({
      type: z.literal('delivery.arrived'),
      storeId: id,
      deliveryNote: name,
      order: id.optional(),
      lines,
    }),
    z.object({
      type: z.literal('shipment.sent'),
      order: id,
      storeId: id,
      deliveryNote: name,
      expectedAt: instant.optional(),
      lines,
    }),
    z.object({
      type: z.literal('prices.changed'),
      list: name,
      validFrom: instant,
      currency,
      exponent,
      prices: bounded(z.object({ ingredientId: id, packSize: quantity, price }), 2_000),
    }),
    z.object({
      type: z.literal('goods.recalled'),
      recall: name,
      ingredientId: id,
      deliveryNotes: z.array(name).max(100),
      reason,
    }),
  ]),
  '2026-06': z.union([
    z.object({ delivery: z.object({ note: name, order: id.optional(), to: z.object({ store: id }), items }) }),
    z.object({
      shipment: z.object({ note: name, order: id, to: z.object({ store: id }), due: instant.optional(), items }),
    }),
    z.object({
      priceList: z.object({
        name,
        from: instant,
        currency,
        exponent,
        packs: bounded(z.object({ id, units: quantity, price }), 2_000),
      }),
    }),
    z.object({ recall: z.object({ name, id, notes: z.array(name).max(100), reason }) }),
  ]),
} as const;
