import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { SignJWT } from 'jose';
import { Webhook } from 'standardwebhooks';
import { request } from 'undici';
import { underDeadline } from '#platform/http/underDeadline.ts';

/** Where a client wants to be told, and the secret that signs, in base64. */
export interface CallbackTarget {
  readonly url: string;
  readonly secret: string;
}

export type Sign = (
  secret: string,
  id: string,
  body: string,
) => Record<string, string> | Promise<Record<string, string>>;

export const byStandardWebhooks: Sign = (secret, id, body) => {
  const now = new Date();
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign(id, now, body),
  };
};

/** A token for one body: `request_body_sha256` is its digest. */
export const byToken =
  (issuer: string): Sign =>
  async (secret, id, body) => {
    const digest = createHash('sha256').update(body).digest('hex');
    const token = await new SignJWT({ request_body_sha256: digest })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(issuer)
      .setAudience('webhooks')
      .setJti(id)
      .setIssuedAt()
      .sign(Buffer.from(secret, 'base64'));
    return { authorization: `Bearer ${token}` };
  };

const tries = 8;
const firstPauseMs = 200;

/** Sends callbacks, each up to 8 times until it is answered with 2xx. Those that end with the process are lost. */
export class Callbacks {
  readonly #stop = new AbortController();
  readonly #sending = new Set<Promise<void>>();

  constructor(
    private readonly target: CallbackTarget | undefined,
    private readonly sign: Sign,
  ) {}

  /** Resolves when each of `times` has been answered for the first time, in whatever way. */
  async send(id: string, body: object, times: number): Promise<void> {
    const { target } = this;
    if (!target) return;
    const text = JSON.stringify(body);
    await Promise.all(
      Array.from({ length: times }, async () => {
        if (await this.#post(target, id, text)) return;
        const sending = this.#again(target, id, text).finally(() => this.#sending.delete(sending));
        this.#sending.add(sending);
      }),
    );
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#sending);
  }

  async #again(target: CallbackTarget, id: string, body: string): Promise<void> {
    const { signal } = this.#stop;
    for (let attempt = 1; attempt < tries && !signal.aborted; attempt += 1) {
      await wait(firstPauseMs * 2 ** attempt, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted || (await this.#post(target, id, body))) return;
    }
  }

  async #post({ url, secret }: CallbackTarget, id: string, body: string): Promise<boolean> {
    try {
      const headers = { 'content-type': 'application/json', ...(await this.sign(secret, id, body)) };
      return await underDeadline(5_000, this.#stop.signal, async (signal) => {
        const answer = await request(url, { method: 'POST', body, headers, signal });
        await answer.body.dump();
        return answer.statusCode >= 200 && answer.statusCode < 300;
      });
    } catch {
      return false;
    }
  }
}
