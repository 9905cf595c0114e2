import { z } from 'zod';
import { InventorySupplyService } from '#generated/proto/drburger/inventory/v1/inventory_pb.ts';
import { bodyJwt } from '../signatures/bodyJwt.ts';
import type { Notice, Source } from '../source.ts';

interface Delivered {
  readonly storeId: string;
  readonly deliveryNote: string;
  readonly lines: { readonly ingredientId: string; readonly quantity: number }[];
}

/** A delivery that waits, for an ingredient that is not known yet, keeps no other from the store. */
const noticeOf = (delivered: Delivered): Notice => ({
  object: `delivery:${delivered.storeId}:${delivered.deliveryNote}`,
  command: (rpc) => rpc.client(InventorySupplyService).receive(delivered),
});

const id = z.uuid().transform((value) => value.toLowerCase());
const note = z.string().regex(/^[\w./-]{1,60}$/);
const quantity = z.int().min(1).max(10_000_000);

/** The supplier of ingredients, whose deliveries become stock. */
export const supplier: Source = {
  name: 'supplier',
  keys: 'WEBHOOK_SUPPLIER_KEYS',
  signature: bodyJwt('supplier'),
  limits: { bytes: 256 * 1024, perMinute: 600, milliseconds: 10_000 },
  versionOf: ({ version }) => version,
  versions: {
    '2026-01': {
      read: (body) =>
        noticeOf(
          z
            .object({
              type: z.literal('delivery.arrived'),
              storeId: id,
              deliveryNote: note,
              lines: z
                .array(z.object({ ingredientId: id, quantity }))
                .min(1)
                .max(100),
            })
            .parse(body),
        ),
    },
    '2026-06': {
      read(body) {
        const { delivery } = z
          .object({
            delivery: z.object({
              note,
              to: z.object({ store: id }),
              items: z
                .array(z.object({ id, units: quantity }))
                .min(1)
                .max(100),
            }),
          })
          .parse(body);
        const lines = delivery.items.map((item) => ({ ingredientId: item.id, quantity: item.units }));
        return noticeOf({ storeId: delivery.to.store, deliveryNote: delivery.note, lines });
      },
    },
  },
};
