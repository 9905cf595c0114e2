import { z } from 'zod';
import type { ApiAnswer, Shape } from './api.ts';
import type { Job, JobState } from './partner.ts';

const stateOf: Readonly<Record<JobState, number>> = {
  placed: 10,
  assigned: 20,
  collected: 30,
  delivered: 40,
  failed: 90,
  cancelled: 99,
};

/** Longitude first, as in GeoJSON. */
const point = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]);
const calculateBody = z.object({ from: point, to: point });
const orderBody = calculateBody.extend({
  recipient: z.object({ name: z.string().min(1), tel: z.string(), address: z.string().min(1) }),
  latest: z.int(),
});

const ok = (rest: object): ApiAnswer => ({ status: 200, body: { ok: true, ...rest } });
const no = (error: string, status = 200): ApiAnswer => ({ status, body: { ok: false, error } });

const show = ({ reference, number, state, reason, position }: Job) => ({
  ref: reference,
  number,
  state: stateOf[state],
  why: reason ?? '',
  rider: position && {
    pos: [position.longitude, position.latitude],
    t: Math.floor(Date.parse(position.at) / 1_000),
  },
});

/** Stadtbote: orders under the client's own name, states as numbers, prices as text, refusals with HTTP 200, Basic. */
export const stadtbote: Shape = {
  authorization: (secret) => `Basic ${Buffer.from(`drburger:${secret}`).toString('base64')}`,
  callback: (job) => ({ version: 1, order: show(job) }),
  async answer(partner, { method, path, body }) {
    const { price, minutes, declineReason } = partner.behaviour;
    if (method === 'POST' && path === '/api/calculate') {
      if (!calculateBody.safeParse(body).success) return no('BAD_INPUT', 400);
      if (declineReason !== null) return no(declineReason.toUpperCase());
      return ok({ price: (price / 100).toFixed(2), currency: 'EUR', minutes });
    }
    const reference = /^\/api\/orders\/([\w-]{1,80})$/.exec(path)?.[1];
    if (reference === undefined) return no('NOT_FOUND', 404);
    switch (method) {
      case 'PUT': {
        if (!orderBody.safeParse(body).success) return no('BAD_INPUT', 400);
        const placed = await partner.place(reference);
        return 'declined' in placed ? no(placed.declined.toUpperCase()) : ok({ order: show(placed.job) });
      }
      case 'GET': {
        const job = partner.find(reference);
        return job ? ok({ order: show(job) }) : no('NOT_FOUND', 404);
      }
      case 'DELETE': {
        const after = await partner.advance(reference, 'cancelled');
        if (!after) return no('NOT_FOUND', 404);
        return after.state === 'cancelled'
          ? ok({ order: show(after) })
          : no(after.state === 'collected' ? 'ON_THE_WAY' : 'CLOSED');
      }
      default:
        return no('NOT_FOUND', 404);
    }
  },
};
