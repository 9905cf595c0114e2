import { InventorySupplyService } from '#generated/proto/drburger/inventory/v1/inventory_pb.ts';
import { bodyJwt } from '../signatures/bodyJwt.ts';
import type { Notice, Source } from '../source.ts';
import { supplierBodies } from './supplierBodies.ts';

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

const lower = (id: string): string => id.toLowerCase();

/** The supplier of ingredients, whose deliveries become stock. */
export const supplier: Source = {
  name: 'supplier',
  keys: 'WEBHOOK_SUPPLIER_KEYS',
  signature: bodyJwt('supplier'),
  limits: { bytes: 256 * 1024, perMinute: 600, milliseconds: 10_000 },
  versionOf: ({ version }) => version,
  versions: {
    '2026-01': {
      read(body) {
        const { storeId, deliveryNote, lines } = supplierBodies['2026-01'].parse(body);
        const received = lines.map((line) => ({ ...line, ingredientId: lower(line.ingredientId) }));
        return noticeOf({ storeId: lower(storeId), deliveryNote, lines: received });
      },
    },
    '2026-06': {
      read(body) {
        const { delivery } = supplierBodies['2026-06'].parse(body);
        const lines = delivery.items.map((item) => ({ ingredientId: lower(item.id), quantity: item.units }));
        return noticeOf({ storeId: lower(delivery.to.store), deliveryNote: delivery.note, lines });
      },
    },
  },
};
