import { z } from 'zod';
import type { ApiAnswer, Shape } from './api.ts';
import type { Job, JobState, Partner } from './partner.ts';

const statusOf: Readonly<Record<JobState, string>> = {
  placed: 'pending',
  assigned: 'courier_assigned',
  collected: 'picked_up',
  delivered: 'delivered',
  failed: 'undeliverable',
  cancelled: 'canceled',
};

const place = z.object({ lat: z.number().min(-90).max(90), lng: z.number().min(-180).max(180) });
const quoteBody = z.object({ pickup: place, dropoff: place });
const deliveryBody = quoteBody.extend({
  external_id: z.string().min(1).max(80),
  dropoff: place.extend({ name: z.string().min(1), phone: z.string().nullable(), street: z.string().min(1) }),
  deliver_before: z.iso.datetime(),
});

const problem = (status: number, code: string, message: string): ApiAnswer => ({ status, body: { code, message } });

const show = ({ reference, number, state, reason, position }: Job, price: number) => ({
  id: `dlv_${number}`,
  external_id: reference,
  status: statusOf[state],
  failure_reason: reason,
  fee: price,
  currency: 'EUR',
  courier:
    state === 'placed'
      ? null
      : {
          location: position && { lat: position.latitude, lng: position.longitude },
          located_at: position?.at ?? null,
        },
});

/** Velo: resources, statuses as words, prices in minor units, refusals by HTTP status, a bearer key. */
export const velo: Shape = {
  authorization: (secret) => `Bearer ${secret}`,
  callback: ({ reference, state }) => ({
    version: '2026-01',
    type: 'delivery.updated',
    data: { external_id: reference, status: statusOf[state] },
  }),
  async answer(partner, { method, path, query, body }) {
    const { price, minutes } = partner.behaviour;
    switch (`${method} ${path.replace(/dlv_\d+/, '{id}')}`) {
      case 'POST /v1/quotes': {
        if (!quoteBody.safeParse(body).success) return problem(400, 'invalid_request', 'pickup and dropoff are needed');
        const { declineReason } = partner.behaviour;
        if (declineReason !== null) return problem(422, declineReason, 'Nothing can be offered.');
        const dropoff_eta = new Date(Date.now() + minutes * 60_000).toISOString();
        return { status: 200, body: { fee: price, currency: 'EUR', dropoff_eta } };
      }
      case 'POST /v1/deliveries': {
        const asked = deliveryBody.safeParse(body);
        if (!asked.success) return problem(400, 'invalid_request', asked.error.issues[0]!.path.join('.'));
        const placed = await partner.place(asked.data.external_id);
        if ('declined' in placed) return problem(422, placed.declined, 'The delivery was declined.');
        return { status: 201, body: show(placed.job, price) };
      }
      case 'GET /v1/deliveries': {
        const job = partner.find(query.get('external_id') ?? '');
        return { status: 200, body: { data: job ? [show(job, price)] : [] } };
      }
      case 'POST /v1/deliveries/{id}/cancel': {
        const job = jobOf(partner, path);
        if (!job) return problem(404, 'not_found', 'There is no such delivery.');
        const after = await partner.advance(job.reference, 'cancelled');
        return after?.state === 'cancelled'
          ? { status: 200, body: show(after, price) }
          : problem(409, after?.state === 'collected' ? 'already_picked_up' : 'already_ended', 'It goes on.');
      }
      default:
        return problem(404, 'not_found', 'There is nothing here.');
    }
  },
};

function jobOf(partner: Partner, path: string): Job | undefined {
  const number = Number(/dlv_(\d+)/.exec(path)?.[1]);
  const entry = partner.entries(null)[number - 1];
  return entry && partner.find(entry.reference);
}
