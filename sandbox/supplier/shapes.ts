import { z } from 'zod';
import type { Books, Line, Order } from './books.ts';

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: object | null;
}

/** The shape of the supplier's API: README.md beside this file has both. */
export interface Shape {
  /** What the `Authorization` of each request must be, by the key that both know. */
  readonly authorization: (apiKey: string) => string;
  /** Whether a request is an order: faults concern only these. */
  readonly isOrder: (request: ApiRequest) => boolean;
  answer(books: Books, request: ApiRequest): Promise<ApiAnswer>;
}

const id = z.uuid();
const packs = z.int().min(1).max(10_000_000);

const orderBody = z.object({
  reference: id,
  ship_to: id,
  lines: z
    .array(z.object({ article: id, packs, pack_size: packs }))
    .min(1)
    .max(100),
});

const showOrder = ({ number, reference, state, expectedAt }: Order) => ({
  number,
  reference,
  status: state === 'sent' || state === 'arrived' ? 'shipped' : state,
  expected_at: expectedAt.toISOString(),
});

const orders: Shape = {
  authorization: (apiKey) => `Bearer ${apiKey}`,
  isOrder: ({ method, path }) => method === 'POST' && path === '/v1/orders',
  async answer(books, { method, path, query, body }) {
    if (path !== '/v1/orders') return { status: 404, body: { code: 'not_found' } };
    if (method === 'GET') {
      const order = books.find(query.get('reference') ?? '');
      return { status: 200, body: { data: order ? [showOrder(order)] : [] } };
    }
    const asked = orderBody.safeParse(body).data;
    if (method !== 'POST' || !asked) return { status: 400, body: { code: 'invalid_request' } };
    const lines = asked.lines.map(({ article, packs, pack_size }): Line => ({ article, packs, packSize: pack_size }));
    const taken = await books.take({ reference: asked.reference, storeId: asked.ship_to, lines });
    return 'refused' in taken
      ? { status: 422, body: { code: taken.refused } }
      : { status: 201, body: showOrder(taken.order) };
  },
};

const ordersDocument = z.object({
  type: z.literal('ORDERS'),
  document: id,
  deliverTo: id,
  positions: z
    .array(z.tuple([id, packs, packs]))
    .min(1)
    .max(100),
});
const enquiry = z.object({ type: z.literal('OSTENQ'), document: id });

const dayOf = (at: Date): string => at.toISOString().slice(0, 10).replaceAll('-', '');
const stateOf = { accepted: 'OPEN', sent: 'SHIPPED', arrived: 'SHIPPED', cancelled: 'CANCELLED' } as const;

const documents: Shape = {
  authorization: (apiKey) => `Basic ${Buffer.from(`drburger:${apiKey}`).toString('base64')}`,
  isOrder: ({ body }) => (body as { type?: unknown } | null)?.type === 'ORDERS',
  async answer(books, { method, path, body }) {
    if (method !== 'POST' || path !== '/documents') return { status: 404, body: null };
    const asked = enquiry.safeParse(body).data;
    if (asked) {
      const order = books.find(asked.document);
      if (!order) return { status: 200, body: { type: 'OSTRPT', state: 'UNKNOWN' } };
      const { number, state, expectedAt } = order;
      return {
        status: 200,
        body: { type: 'OSTRPT', state: stateOf[state], order: number, delivery: dayOf(expectedAt) },
      };
    }
    const sent = ordersDocument.safeParse(body).data;
    if (!sent) return { status: 400, body: null };
    const lines = sent.positions.map(([article, count, packSize]): Line => ({ article, packs: count, packSize }));
    const taken = await books.take({ reference: sent.document, storeId: sent.deliverTo, lines });
    if ('refused' in taken)
      return { status: 200, body: { type: 'ORDRSP', response: 'REJECTED', reason: taken.refused.toUpperCase() } };
    const { number, expectedAt } = taken.order;
    return {
      status: 200,
      body: { type: 'ORDRSP', response: 'ACCEPTED', order: number, delivery: dayOf(expectedAt) },
    };
  },
};

export const shapes: readonly Shape[] = [orders, documents];
