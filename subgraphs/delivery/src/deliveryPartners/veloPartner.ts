import { z } from 'zod';
import { jsonOverHttp, type HttpCounterpart } from '#platform/outward/jsonOverHttp.ts';
import type { Position } from '../quote.ts';
import type { DeliveryPartner, PartnerJob } from './deliveryPartner.ts';

const statusOf = {
  pending: 'PENDING',
  courier_assigned: 'ASSIGNED',
  picked_up: 'PICKED_UP',
  delivered: 'DELIVERED',
  undeliverable: 'FAILED',
  canceled: 'CANCELLED',
} as const;

const delivery = z.object({
  id: z.string().regex(/^\w{1,80}$/),
  status: z.enum(Object.keys(statusOf) as (keyof typeof statusOf)[]),
  failure_reason: z.string().nullable(),
  courier: z
    .object({
      location: z.object({ lat: z.number(), lng: z.number() }).nullable(),
      located_at: z.iso.datetime().nullable(),
    })
    .nullable(),
});
const quoted = z.object({ fee: z.int(), currency: z.string(), dropoff_eta: z.iso.datetime() });
const found = z.object({ data: z.array(delivery) });
const refusal = z.object({ code: z.string() });

/** Velo: deliveries are resources with ids of the partner's, found again by our `external_id`. */
export function veloPartner(
  connection: Pick<HttpCounterpart, 'url' | 'outward'> & { apiKey: string },
): DeliveryPartner {
  const counterpart = { ...connection, headers: { authorization: `Bearer ${connection.apiKey}` } };
  const post = (path: string, body: object, headers?: Record<string, string>) =>
    jsonOverHttp(counterpart, { method: 'POST', path, body, headers, idempotent: true });
  const unexpected = (status: number, what: string) => new Error(`Velo answered ${status} to ${what}.`);
  const look = async (reference: string) => {
    const path = `/v1/deliveries?external_id=${encodeURIComponent(reference)}`;
    const { status, body } = await jsonOverHttp(counterpart, { method: 'GET', path, idempotent: true });
    if (status !== 200) throw unexpected(status, 'a search');
    return found.parse(body).data[0];
  };
  return {
    async quote({ pickup, dropoff }) {
      const { status, body } = await post('/v1/quotes', { pickup: place(pickup), dropoff: place(dropoff) });
      if (status === 422) return { kind: 'refused', reason: refusal.parse(body).code };
      if (status !== 200) throw unexpected(status, 'a quote');
      const { fee, currency, dropoff_eta } = quoted.parse(body);
      return { kind: 'offered', price: fee, currency, arrivesAt: new Date(dropoff_eta) };
    },
    async create({ reference, pickup, dropoff, recipient, promisedAt }) {
      const asked = {
        external_id: reference,
        pickup: place(pickup),
        dropoff: { ...place(dropoff), name: recipient.name, phone: recipient.phone, street: recipient.address },
        deliver_before: promisedAt.toISOString(),
      };
      const { status, body } = await post('/v1/deliveries', asked, { 'idempotency-key': reference });
      if (status === 422) return { kind: 'refused', reason: refusal.parse(body).code };
      if (status !== 201) throw unexpected(status, 'a delivery');
      return { kind: 'placed', job: toJob(delivery.parse(body)) };
    },
    async find(reference) {
      const known = await look(reference);
      return known ? toJob(known) : null;
    },
    async cancel(reference) {
      const known = await look(reference);
      if (!known) return 'unknown';
      const { status } = await post(`/v1/deliveries/${known.id}/cancel`, {});
      if (status !== 200 && status !== 409) throw unexpected(status, 'a cancellation');
      return status === 200 || known.status === 'canceled' ? 'cancelled' : 'gone';
    },
  };
}

const place = ({ latitude, longitude }: Position) => ({ lat: latitude, lng: longitude });

const toJob = ({ status, failure_reason, courier }: z.output<typeof delivery>): PartnerJob => ({
  status: statusOf[status],
  reason: failure_reason,
  position:
    courier?.location && courier.located_at
      ? { latitude: courier.location.lat, longitude: courier.location.lng, at: new Date(courier.located_at) }
      : null,
});
