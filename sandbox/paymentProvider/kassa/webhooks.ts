import { createHmac } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { WebhookTarget } from '../webhookSender.ts';
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

const tries = 8;
const firstPauseMs = 200;

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

/** Kassa's way of signing: an HMAC over the time and the body. */
export function signed(secret: string, body: string, at: Date = new Date()): Record<string, string> {
  const seconds = Math.floor(at.getTime() / 1_000);
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return { 'content-type': 'application/json', 'kassa-signature': `t=${seconds},v1=${digest}` };
}

/** Sends events, each up to 8 times until it is answered with 2xx. Those that end with the process are lost. */
export class EventSender {
  readonly #stop = new AbortController();
  readonly #sending = new Set<Promise<void>>();

  constructor(private readonly target: WebhookTarget | undefined) {}

  /** Resolves when each of `times` has been answered for the first time, in whatever way. */
  async send(event: object, times: number): Promise<void> {
    const { target } = this;
    if (!target) return;
    const body = JSON.stringify(event);
    await Promise.all(
      Array.from({ length: times }, async () => {
        if (await this.#post(target, body)) return;
        const sending = this.#again(target, body).finally(() => this.#sending.delete(sending));
        this.#sending.add(sending);
      }),
    );
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#sending);
  }

  async #again(target: WebhookTarget, body: string): Promise<void> {
    const { signal } = this.#stop;
    for (let attempt = 1; attempt < tries && !signal.aborted; attempt += 1) {
      await wait(firstPauseMs * 2 ** attempt, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted || (await this.#post(target, body))) return;
    }
  }

  async #post({ url, secret }: WebhookTarget, body: string): Promise<boolean> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        body,
        headers: signed(secret, body),
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(5_000)]),
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }
}
