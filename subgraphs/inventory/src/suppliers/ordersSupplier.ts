import { z } from 'zod';
import { jsonOverHttp } from '#platform/outward/jsonOverHttp.ts';
import type { Outward } from '#platform/outward/outward.ts';
import type { Supplier, SupplierOrder } from './supplier.ts';

export interface SupplierConnection {
  /** Base address, without a slash at the end. */
  readonly url: string;
  readonly apiKey: string;
  readonly outward: Outward;
}

const statusOf = { accepted: 'ACCEPTED', shipped: 'SHIPPED', cancelled: 'CANCELLED' } as const;
const order = z.object({
  number: z.string().min(1).max(80),
  status: z.enum(['accepted', 'shipped', 'cancelled']),
  expected_at: z.iso.datetime().nullable(),
});
const found = z.object({ data: z.array(order) });
const refusal = z.object({ code: z.string().min(1).max(80) });

/** A supplier whose orders are resources, found again by our reference (`sandbox/supplier/README.md`). */
export function ordersSupplier(connection: SupplierConnection): Supplier {
  const counterpart = { ...connection, headers: { authorization: `Bearer ${connection.apiKey}` } };
  return {
    async order({ reference, storeId, lines }) {
      const { status, body } = await jsonOverHttp(counterpart, {
        method: 'POST',
        path: '/v1/orders',
        body: {
          reference,
          ship_to: storeId,
          lines: lines.map(({ ingredientId, packs, packSize }) => ({
            article: ingredientId,
            packs,
            pack_size: packSize,
          })),
        },
        headers: { 'idempotency-key': reference },
        idempotent: true,
      });
      if (status === 422) return { kind: 'refused', reason: refusal.parse(body).code };
      if (status !== 200 && status !== 201) throw new Error(`The supplier answered ${status} to an order.`);
      return { kind: 'placed', order: toOrder(order.parse(body)) };
    },
    async find(reference) {
      const path = `/v1/orders?reference=${encodeURIComponent(reference)}`;
      const { status, body } = await jsonOverHttp(counterpart, { method: 'GET', path, idempotent: true });
      if (status !== 200) throw new Error(`The supplier answered ${status} to a search.`);
      const [known] = found.parse(body).data;
      return known ? toOrder(known) : null;
    },
  };
}

const toOrder = ({ number, status, expected_at }: z.output<typeof order>): SupplierOrder => ({
  number,
  status: statusOf[status],
  expectedAt: expected_at === null ? null : new Date(expected_at),
});
