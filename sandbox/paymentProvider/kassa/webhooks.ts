import { createHmac } from 'node:crypto';
import type { Sign } from '../../callbacks.ts';
import type { Intent, Line } from './intents.ts';

const typeOf = {
  hold: 'payment_intent.amount_capturable_updated',
  confirm: 'payment_intent.amount_capturable_updated',
  challenge: 'payment_intent.requires_action',
  decline: 'payment_intent.payment_failed',
  capture: 'payment_intent.succeeded',
  cancel: 'payment_intent.canceled',
  refund: 'charge.refunded',
} as const;

/** The event that a line of the ledger is told by; undefined for a line that nobody is told of. */
export function eventOf(line: Line, intent: Intent | undefined): object | undefined {
  const { kind, reference, at } = line;
  if (kind === 'payout' || !intent) return undefined;
  const created = Math.floor(Date.parse(at) / 1_000);
  const head = { id: `evt_${line.sequence}_${line.id}`, object: 'event', created };
  if (kind === 'dispute') {
    const ended = /^(won|lost):/.exec(line.reason ?? '')?.[1];
    return {
      ...head,
      api_version: '2026-03-01',
      type: ended ? 'charge.dispute.closed' : 'charge.dispute.created',
      data: {
        object: {
          id: line.id,
          amount: line.amount,
          reason: (line.reason ?? '').replace(/^\w+:/, ''),
          status: ended ?? 'needs_response',
          metadata: { reference },
        },
      },
    };
  }
  return {
    ...head,
    api_version: '2026-03-01',
    type: typeOf[kind],
    data: {
      object: {
        id: intent.id,
        status: intent.state,
        amount: intent.amount,
        amount_refunded: intent.refunded,
        metadata: { reference },
      },
    },
  };
}

/** Kassa's way of signing: an HMAC over the time and the body, which has its own id. */
export const byKassa: Sign = (secret, _id, body) => {
  const seconds = Math.floor(Date.now() / 1_000);
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return { 'kassa-signature': `t=${seconds},v1=${digest}` };
};
