import type { z } from 'zod';
import { timedHmac } from '../signatures/timedHmac.ts';
import type { PayloadVersion, Source } from '../source.ts';
import { paymentNotice, type Told } from './paymentNotice.ts';
import { kassaBodies, type disputeStatus, type intentEvent } from './kassaBodies.ts';

const movedBy = {
  'payment_intent.requires_action': 'challenged',
  'payment_intent.amount_capturable_updated': 'authorised',
  'payment_intent.payment_failed': 'declined',
  'payment_intent.succeeded': 'captured',
  'payment_intent.canceled': 'voided',
  'charge.refunded': 'refunded',
} as const satisfies Record<z.output<typeof intentEvent>, string>;
const disputes = { needs_response: 'open', won: 'won', lost: 'lost' } as const satisfies Record<
  z.output<typeof disputeStatus>,
  string
>;

type Body = z.output<(typeof kassaBodies)['2026-03-01' | '2026-09-01']>;

function told(body: Body): Told {
  const { object } = body.data;
  const orderId = ('metadata' in object ? object.metadata.reference : object.client_reference).toLowerCase();
  if (!('status' in object))
    return {
      kind: 'moved',
      orderId,
      status: movedBy[body.type as z.output<typeof intentEvent>],
      refunded: object.amount_refunded,
    };
  const { id: disputeId, amount, reason, status } = object;
  const at = new Date(body.created * 1_000).toISOString();
  return { kind: 'dispute', orderId, disputeId, status: disputes[status], amount, reason, at };
}

const march: PayloadVersion = { read: (body) => paymentNotice(told(kassaBodies['2026-03-01'].parse(body))) };
const september: PayloadVersion = { read: (body) => paymentNotice(told(kassaBodies['2026-09-01'].parse(body))) };

/** The payment provider Kassa. */
export const kassa: Source = {
  name: 'kassa',
  keys: 'WEBHOOK_KASSA_KEYS',
  signature: timedHmac('kassa-signature'),
  limits: { bytes: 64 * 1024, perMinute: 6_000, milliseconds: 5_000 },
  versionOf: ({ api_version }) => api_version,
  versions: { '2026-03-01': march, '2026-09-01': september },
};
