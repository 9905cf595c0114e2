import { z } from 'zod';
import { jsonOverHttp, type HttpCall, type HttpCounterpart } from '#platform/outward/jsonOverHttp.ts';
import type { Position } from '../quote.ts';
import type { DeliveryPartner, PartnerJob } from './deliveryPartner.ts';

const statusOf: Readonly<Record<number, PartnerJob['status']>> = {
  10: 'PENDING',
  20: 'ASSIGNED',
  30: 'PICKED_UP',
  40: 'DELIVERED',
  90: 'FAILED',
  99: 'CANCELLED',
};

const order = z.object({
  state: z.int().refine((state) => state in statusOf, 'an unknown state'),
  why: z.string(),
  rider: z.object({ pos: z.tuple([z.number(), z.number()]), t: z.int() }).nullable(),
});
const orderAnswer = z.object({ ok: z.literal(true), order });
const priceAnswer = z.object({
  ok: z.literal(true),
  price: z.string().regex(/^\d{1,6}\.\d{2}$/),
  currency: z.string(),
  minutes: z.int(),
});
const refusal = z.object({ ok: z.literal(false), error: z.string() });

/** Stadtbote: orders stand under our own reference, and every answer says by `ok` whether it is a refusal. */
export function stadtbotePartner(
  connection: Pick<HttpCounterpart, 'url' | 'outward'> & { password: string },
  clock: () => Date,
): DeliveryPartner {
  const credentials = Buffer.from(`drburger:${connection.password}`).toString('base64');
  const counterpart = { ...connection, headers: { authorization: `Basic ${credentials}` } };
  const ask = async <Answer>(call: Pick<HttpCall, 'method' | 'path' | 'body'>, schema: z.ZodType<Answer>) => {
    const { status, body } = await jsonOverHttp(counterpart, { ...call, idempotent: true });
    const refused = refusal.safeParse(body).data;
    if (status !== 200 && status !== 404)
      throw new Error(`Stadtbote answered ${status} ${refused?.error ?? ''} to ${call.method}.`);
    return refused ? { refused: refused.error } : { answer: schema.parse(body) };
  };
  const pathOf = (reference: string) => `/api/orders/${encodeURIComponent(reference)}`;
  return {
    async quote({ pickup, dropoff }) {
      const body = { from: point(pickup), to: point(dropoff) };
      const { refused, answer } = await ask({ method: 'POST', path: '/api/calculate', body }, priceAnswer);
      if (!answer) return { kind: 'refused', reason: refused.toLowerCase() };
      return {
        kind: 'offered',
        // It has two digits behind the point, so without it the text is the number of minor units.
        price: Number(answer.price.replace('.', '')),
        currency: answer.currency,
        arrivesAt: new Date(clock().getTime() + answer.minutes * 60_000),
      };
    },
    async create({ reference, pickup, dropoff, recipient, promisedAt }) {
      const body = {
        from: point(pickup),
        to: point(dropoff),
        recipient: { name: recipient.name, tel: recipient.phone ?? '', address: recipient.address },
        latest: Math.floor(promisedAt.getTime() / 1_000),
      };
      const { refused, answer } = await ask({ method: 'PUT', path: pathOf(reference), body }, orderAnswer);
      return answer ? { kind: 'placed', job: toJob(answer.order) } : { kind: 'refused', reason: refused.toLowerCase() };
    },
    async find(reference) {
      const { answer } = await ask({ method: 'GET', path: pathOf(reference) }, orderAnswer);
      return answer ? toJob(answer.order) : null;
    },
    async cancel(reference) {
      const { refused } = await ask({ method: 'DELETE', path: pathOf(reference) }, orderAnswer);
      if (refused === undefined) return 'cancelled';
      if (refused === 'NOT_FOUND') return 'unknown';
      const { answer } = await ask({ method: 'GET', path: pathOf(reference) }, orderAnswer);
      return answer && statusOf[answer.order.state] === 'CANCELLED' ? 'cancelled' : 'gone';
    },
  };
}

const point = ({ latitude, longitude }: Position) => [longitude, latitude];

const toJob = ({ state, why, rider }: z.output<typeof order>): PartnerJob => ({
  status: statusOf[state]!,
  reason: why === '' ? null : why.toLowerCase(),
  position: rider && { longitude: rider.pos[0], latitude: rider.pos[1], at: new Date(rider.t * 1_000) },
});
