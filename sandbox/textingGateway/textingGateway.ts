import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { isSameSecret, readJson } from '../requests.ts';

/** A message that the gateway has taken. */
export interface ReceivedText {
  readonly medium: 'SMS' | 'PUSH';
  readonly to: string;
  readonly title: string;
  readonly text: string;
  readonly at: string;
}

const behaviourSchema = z.strictObject({
  available: z.boolean().default(true),
  /** This many of the next messages are answered with 500, and not taken. */
  failures: z.int().min(0).max(10_000).default(0),
  /** This many of the next messages are taken, but their connections are closed without an answer. */
  loseAnswers: z.int().min(0).max(10_000).default(0),
  /** Refuses every message with this code. */
  refusal: z.string().nullable().default(null),
});
const smsBody = z.strictObject({ to: z.e164(), text: z.string().min(1).max(1_600) });
const pushBody = z.strictObject({ user: z.string().min(1), title: z.string().min(1), text: z.string().min(1) });

/** Older messages are forgotten, so that a system that runs for weeks does not fill the memory. */
const mostKept = 1_000;
const maxBody = 16 * 1024;

/** A gateway that delivers nothing: it keeps in memory what it takes, once for each idempotency key. */
export class TextingGateway {
  readonly taken: ReceivedText[] = [];
  readonly #keys = new Set<string>();
  #behaviour = behaviourSchema.parse({});

  constructor(private readonly apiKey: string) {}

  behave(behaviour: z.input<typeof behaviourSchema>): void {
    this.#behaviour = behaviourSchema.parse(behaviour);
  }

  async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: object) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const refuse = (status: number, code: string) => send(status, { error: { code } });
    if (!isSameSecret(request.headers.authorization ?? '', `Bearer ${this.apiKey}`)) return refuse(401, 'unauthorised');
    const body = await readJson(request, maxBody);
    if (request.url === '/v1/behaviour') {
      this.behave(body as object);
      return send(200, this.#behaviour);
    }
    const key = request.headers['idempotency-key'];
    const { available, failures, loseAnswers, refusal } = this.#behaviour;
    if (!available) return refuse(503, 'unavailable');
    if (failures > 0) {
      this.#behaviour = { ...this.#behaviour, failures: failures - 1 };
      return refuse(500, 'internal');
    }
    const sms = request.url === '/v1/sms' ? smsBody.safeParse(body).data : undefined;
    const push = request.url === '/v1/push' ? pushBody.safeParse(body).data : undefined;
    if ((!sms && !push) || typeof key !== 'string') return refuse(400, 'invalid_request');
    if (refusal !== null) return refuse(422, refusal);
    if (!this.#keys.has(key)) {
      this.#keys.add(key);
      const at = new Date().toISOString();
      this.taken.push(
        sms
          ? { medium: 'SMS', to: sms.to, title: '', text: sms.text, at }
          : { medium: 'PUSH', to: push!.user, title: push!.title, text: push!.text, at },
      );
      if (this.taken.length > mostKept) this.taken.shift();
    }
    if (loseAnswers > 0) {
      this.#behaviour = { ...this.#behaviour, loseAnswers: loseAnswers - 1 };
      return void request.socket.destroy();
    }
    send(201, { id: key });
  }
}
