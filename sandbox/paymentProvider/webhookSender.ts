import { setTimeout as wait } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import type { LedgerEntry } from './ledger.ts';

export interface WebhookTarget {
  /** The merchant's address for webhooks. */
  readonly url: string;
  /** The secret that signs, in base64. */
  readonly secret: string;
}

const tries = 8;
const firstPauseMs = 200;

const statusOf = {
  authorisation: 'authorised',
  decline: 'declined',
  capture: 'captured',
  void: 'voided',
  refund: 'refunded',
} as const;

/**
 * Tells the merchant of every movement in the ledger, by Standard Webhooks: each with the same id on every try, tried
 * again when it is not answered with 2xx. Notices are not in order and may overtake the answer of the request
 * that caused them. What was not delivered when the process ends is forgotten; the ledger has it.
 */
export class WebhookSender {
  readonly #stop = new AbortController();
  readonly #sending = new Set<Promise<void>>();

  constructor(private readonly target: WebhookTarget) {}

  /** Sends notice of a line so many times; `refunded` is the sum of the refunds of its authorisation. */
  tell(entry: LedgerEntry, refunded: number, times: number): void {
    const told = bodyOf(entry, refunded);
    if (told === null) return;
    for (let time = 0; time < times; time += 1) {
      const sending = this.#deliver(`msg_${entry.id}`, JSON.stringify(told)).finally(() =>
        this.#sending.delete(sending),
      );
      this.#sending.add(sending);
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#sending);
  }

  async #deliver(id: string, body: string): Promise<void> {
    const { signal } = this.#stop;
    for (let attempt = 0; attempt < tries && !signal.aborted; attempt += 1) {
      if (await this.#send(id, body)) return;
      await wait(firstPauseMs * 2 ** attempt, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #send(id: string, body: string): Promise<boolean> {
    const now = new Date();
    try {
      const response = await fetch(this.target.url, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
          'webhook-signature': new Webhook(this.target.secret).sign(id, now, body),
        },
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(5_000)]),
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }
}

function bodyOf(entry: LedgerEntry, refunded: number): object | null {
  const { kind, merchantReference, at: occurredAt } = entry;
  if (kind === 'refusal' || kind === 'payout') return null;
  const version = '2026-01';
  if (kind === 'dispute')
    return {
      version,
      type: 'dispute.open',
      occurredAt,
      data: { merchantReference, disputeId: entry.id, amount: entry.amount, reason: entry.reason },
    };
  return {
    version,
    type: `payment.${statusOf[kind]}`,
    occurredAt,
    data: { merchantReference, amount: entry.amount, currency: entry.currency, refundedAmount: refunded },
  };
}
