import { z } from 'zod';
import { jsonOverHttp } from '#platform/outward/jsonOverHttp.ts';
import type { SupplierConnection } from './ordersSupplier.ts';
import type { Supplier, SupplierOrder } from './supplier.ts';

const day = z.union([z.literal(''), z.string().regex(/^\d{8}$/)]);
const number = z.string().min(1).max(80);
const statusOf = { OPEN: 'ACCEPTED', SHIPPED: 'SHIPPED', CANCELLED: 'CANCELLED' } as const;
const orderResponse = z.discriminatedUnion('response', [
  z.object({ type: z.literal('ORDRSP'), response: z.literal('ACCEPTED'), order: number, delivery: day }),
  z.object({ type: z.literal('ORDRSP'), response: z.literal('REJECTED'), reason: z.string().min(1).max(80) }),
]);
const statusReport = z.discriminatedUnion('state', [
  z.object({ type: z.literal('OSTRPT'), state: z.literal('UNKNOWN') }),
  z.object({
    type: z.literal('OSTRPT'),
    state: z.enum(['OPEN', 'SHIPPED', 'CANCELLED']),
    order: number,
    delivery: day,
  }),
]);

/**
 * A supplier with which documents are exchanged as in EDIFACT (ORDERS, ORDRSP, OSTENQ, OSTRPT), in JSON, all at one
 * address (`sandbox/supplier/README.md`). A refusal is a document, too.
 */
export function documentsSupplier(connection: SupplierConnection): Supplier {
  const credentials = Buffer.from(`drburger:${connection.apiKey}`).toString('base64');
  const counterpart = { ...connection, headers: { authorization: `Basic ${credentials}` } };
  const send = async <Answer>(body: object, schema: z.ZodType<Answer>): Promise<Answer> => {
    const call = { method: 'POST', path: '/documents', body, idempotent: true } as const;
    const { status, body: answer } = await jsonOverHttp(counterpart, call);
    if (status !== 200) throw new Error(`The supplier answered ${status} to a document.`);
    return schema.parse(answer);
  };
  return {
    async order({ reference, storeId, lines }) {
      const document = {
        type: 'ORDERS',
        document: reference,
        deliverTo: storeId,
        positions: lines.map(({ ingredientId, packs, packSize }) => [ingredientId, packs, packSize]),
      };
      const answer = await send(document, orderResponse);
      if (answer.response === 'REJECTED') return { kind: 'refused', reason: answer.reason.toLowerCase() };
      return {
        kind: 'placed',
        order: { number: answer.order, status: 'ACCEPTED', expectedAt: endOf(answer.delivery) },
      };
    },
    async find(reference) {
      const answer = await send({ type: 'OSTENQ', document: reference }, statusReport);
      if (answer.state === 'UNKNOWN') return null;
      const known: SupplierOrder = {
        number: answer.order,
        status: statusOf[answer.state],
        expectedAt: endOf(answer.delivery),
      };
      return known;
    },
  };
}

/** Goods of a day, as CCYYMMDD, are there at its end in UTC. */
const endOf = (text: string): Date | null =>
  text === '' ? null : new Date(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}T23:59:59.999Z`);
