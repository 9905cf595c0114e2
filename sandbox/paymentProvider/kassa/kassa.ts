import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { isSameSecret } from '../../requests.ts';
import { Callbacks, type CallbackTarget } from '../../callbacks.ts';
import { behaviourSchema } from './behaviour.ts';
import { Intents, problem, type Doing, type KassaAnswer } from './intents.ts';
import { challengePage } from './challengePage.ts';
import { settlementFile, type Settled } from './settlement.ts';
import { byKassa, eventOf } from './webhooks.ts';

export interface KassaOptions {
  readonly apiKey: string;
  /** The folder of its ledger file `kassa.jsonl`. */
  readonly dataDir: string;
  readonly clock?: () => Date;
  /** Where the merchant wants to be told of what happens; nowhere by default. */
  readonly webhooks?: CallbackTarget;
}

export interface KassaRequest {
  readonly method: string;
  /** The path below `/kassa`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly authorization: string;
  readonly idempotencyKey: string | null;
  /** `http://host:port`, by which the payer's browser reaches the page of the bank. */
  readonly origin: string;
}

/** A JSON body, a text of another type, or a redirect; `lost`: the connection is closed without it. */
export interface KassaReply extends KassaAnswer {
  readonly type?: 'text/csv' | 'text/html';
  readonly location?: string;
  readonly lost?: boolean;
}

const amount = z.int().positive().max(2_147_483_647);
const metadata = z.object({ reference: z.string().min(1).max(80) });
const currency = z.string().regex(/^[a-z]{3}$/);
const intentBody = z.strictObject({
  amount,
  currency,
  payment_method: z.string().min(1).max(80),
  capture_method: z.literal('manual'),
  confirm: z.literal(true),
  off_session: z.boolean().default(false),
  return_url: z.url().nullable().default(null),
  metadata,
});
const captureBody = z.strictObject({ amount_to_capture: amount.optional() });
const refundBody = z.strictObject({ charge: z.string(), amount: amount.optional() });
const payoutBody = z.strictObject({ destination: z.string(), amount, currency, metadata });
const disputeBody = z.strictObject({ charge: z.string(), reason: z.string(), dispute: z.string().optional() });

/** A payment provider in the shape of the big ones, for development and tests: README.md beside it tells its API. */
export class Kassa {
  readonly #inFlight = new Map<string, Promise<KassaReply>>();

  private constructor(
    private readonly intents: Intents,
    private readonly events: Callbacks,
    private readonly authorization: string,
  ) {}

  static async open({ apiKey, dataDir, clock = () => new Date(), webhooks }: KassaOptions): Promise<Kassa> {
    const events = new Callbacks(webhooks, byKassa);
    const intents = await Intents.open(join(dataDir, 'kassa.jsonl'), clock, async (line, intent, times) => {
      const event = eventOf(line, intent);
      if (event) await events.send(line.id, event, times);
    });
    return new Kassa(intents, events, `Bearer ${apiKey}`);
  }

  async close(): Promise<void> {
    await this.events.close();
    await this.intents.close();
  }

  async answer(request: KassaRequest): Promise<KassaReply> {
    const { method, path } = request;
    const [, challenged] = /^\/3ds\/(pi_[0-9a-f]+)$/.exec(path) ?? [];
    if (challenged !== undefined) return this.#atBank(challenged, request);
    if (!isSameSecret(request.authorization, this.authorization))
      return problem(401, 'invalid_api_key', 'The API key is missing or wrong.');
    if (path === '/behaviour' && method === 'PUT') {
      this.intents.behaviour = behaviourSchema.parse(request.body);
      return { status: 200, body: this.intents.behaviour };
    }
    if (!this.intents.behaviour.available) return problem(503, 'unavailable', 'Kassa is down. Try again later.');
    if (method === 'GET') return this.#read(request);
    if (method !== 'POST') return problem(405, 'method_not_allowed', 'Use GET or POST.');
    const key = request.idempotencyKey;
    const under = key === null ? undefined : this.#inFlight.get(key);
    if (under) return under;
    const doing = this.#once(request);
    if (key !== null) this.#inFlight.set(key, doing);
    return doing.finally(() => key !== null && this.#inFlight.delete(key));
  }

  async #once(request: KassaRequest): Promise<KassaReply> {
    const { behaviour } = this.intents;
    const key = request.idempotencyKey;
    const digest = createHash('sha256')
      .update(`${request.path}\n${JSON.stringify(request.body)}`)
      .digest('base64url');
    const before = key === null ? undefined : this.intents.answeredBefore(key);
    if (before)
      return before.digest === digest
        ? absolute(before.answer, request.origin)
        : problem(400, 'idempotency_key_in_use', 'The key was used with another request.');
    if (behaviour.delayMilliseconds > 0) await wait(behaviour.delayMilliseconds);
    if (this.#take('failures')) return problem(500, 'api_error', 'Something went wrong at our end.');
    const doing = this.#doing(request);
    const given = await this.intents.carryOut(doing, key, digest);
    return { ...absolute(given, request.origin), lost: doing.line !== undefined && this.#take('loseAnswers') };
  }

  #doing({ path, body }: KassaRequest): Doing {
    const [, id = '', action] = /^\/v1\/payment_intents\/(pi_[0-9a-f]+)\/(capture|cancel)$/.exec(path) ?? [];
    try {
      if (action === 'capture') return this.intents.capture(id, captureBody.parse(body).amount_to_capture ?? null);
      if (action === 'cancel') return this.intents.cancel(id);
      switch (path) {
        case '/v1/payment_intents': {
          const asked = intentBody.parse(body);
          if (!/^tok_\w{1,60}$/.test(asked.payment_method))
            return { answer: () => problem(402, 'card_declined', 'No such card.', { decline_code: 'unknown_method' }) };
          return this.intents.make({
            ...asked,
            reference: asked.metadata.reference,
            method: asked.payment_method,
            returnUrl: asked.return_url,
            offSession: asked.off_session,
          });
        }
        case '/v1/refunds': {
          const asked = refundBody.parse(body);
          return this.intents.refund(asked.charge, asked.amount ?? null);
        }
        case '/v1/payouts': {
          const asked = payoutBody.parse(body);
          return this.intents.payOut({ ...asked, reference: asked.metadata.reference, account: asked.destination });
        }
        case '/disputes': {
          const asked = disputeBody.parse(body);
          return this.intents.dispute(asked.charge, asked.reason, asked.dispute);
        }
        default:
          return { answer: () => problem(404, 'resource_missing', 'There is no such thing here.') };
      }
    } catch (error) {
      const [issue] = (error as z.ZodError).issues;
      return { answer: () => problem(400, 'parameter_invalid', `${issue?.path.join('.')}: ${issue?.message}`) };
    }
  }

  #read({ path, query, origin }: KassaRequest): KassaReply {
    const [, id] = /^\/v1\/payment_intents\/(pi_[0-9a-f]+)$/.exec(path) ?? [];
    if (id !== undefined && this.intents.find(id))
      return absolute({ status: 200, body: this.intents.show(id) }, origin);
    if (path === '/v1/payment_intents') {
      const found = this.intents.of(query.get('reference') ?? '').map((intent) => this.intents.show(intent.id));
      return absolute({ status: 200, body: { object: 'list', data: found } }, origin);
    }
    if (path === '/ledger') {
      const reference = query.get('reference');
      const data = this.intents.lines.filter((line) => reference === null || line.reference === reference);
      return { status: 200, body: { data: data.map(({ answered: _key, made: _card, ...line }) => line) } };
    }
    const [, day] = /^\/v1\/settlements\/(\d{4}-\d{2}-\d{2})\.csv$/.exec(path) ?? [];
    if (day === undefined || day >= this.intents.clock().toISOString().slice(0, 10))
      return problem(404, 'resource_missing', 'There is no such thing here (yet).');
    const moved = this.intents.lines.flatMap(({ kind, id: movement, reference, amount: sum, currency: of, at }) =>
      (kind === 'capture' || kind === 'refund') && at.startsWith(day)
        ? [
            {
              id: movement,
              kind: kind === 'capture' ? 'CAPTURE' : 'REFUND',
              reference,
              amount: sum,
              currency: of.toUpperCase(),
              at,
            } as Settled,
          ]
        : [],
    );
    return { status: 200, type: 'text/csv', body: settlementFile(day, moved, this.intents.behaviour.fileFaults) };
  }

  /** The page on which the payer confirms with their bank, and what they do there. It needs no key, like a real one. */
  async #atBank(id: string, { method, body, origin }: KassaRequest): Promise<KassaReply> {
    const intent = this.intents.find(id);
    if (!intent) return problem(404, 'resource_missing', 'There is no such payment.');
    if (method !== 'POST') return { status: 200, type: 'text/html', body: challengePage(intent) };
    const agrees = (body as { agrees?: unknown }).agrees === 'yes';
    const given = await this.intents.carryOut(this.intents.confirm(id, agrees), null, '');
    if (given.status !== 200 || intent.returnUrl === null) return absolute(given, origin);
    return { status: 303, location: intent.returnUrl, body: null };
  }

  #take(count: 'failures' | 'loseAnswers'): boolean {
    const left = this.intents.behaviour[count];
    if (left > 0) this.intents.behaviour = { ...this.intents.behaviour, [count]: left - 1 };
    return left > 0;
  }
}

/** The address of the bank's page is kept without the host, which another start may have moved. */
const absolute = ({ status, body }: KassaAnswer, origin: string): KassaAnswer => ({
  status,
  body: JSON.parse(JSON.stringify(body).replaceAll('"/kassa/3ds/', `"${origin}/kassa/3ds/`)) as unknown,
});
