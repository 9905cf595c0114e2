import { setTimeout as wait } from 'node:timers/promises';
import { request } from 'undici';
import { z } from 'zod';
import { ProviderUnavailable } from './paymentProvider.ts';

export interface ProviderConnection {
  /** Base address, without a slash at the end. */
  readonly url: string;
  readonly apiKey: string;
  /** Time-out of a call with all its retries. It must be shorter than the deadline of whoever calls this domain. */
  readonly timeoutMilliseconds: number;
}

/**
 * The provider carried the request out, or refused it for good with a code. Everything else is not an answer, and is
 * thrown.
 */
export type ProviderAnswer =
  { readonly kind: 'done'; readonly body: unknown } | { readonly kind: 'refused'; readonly code: string };

const attempts = 3;
const firstPauseMilliseconds = 50;
const problem = z.object({ error: z.object({ code: z.string() }) });

interface Sent {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  readonly headers?: Record<string, string>;
}

/**
 * Sends requests with a time-out over all tries. A lost connection and the statuses 429 and 5xx are tried again with
 * the same idempotency key, after a pause with jitter. It rejects with `ProviderUnavailable` when no try got an
 * answer.
 */
export function providerRequests(connection: ProviderConnection) {
  return {
    async get(path: string): Promise<unknown> {
      const { status, body } = await send(connection, { method: 'GET', path });
      if (status !== 200) throw new Error(`The payment provider answered ${status} to GET ${path}.`);
      return body;
    },
    async post(path: string, body: object, idempotencyKey: string): Promise<ProviderAnswer> {
      const answer = await send(connection, {
        method: 'POST',
        path,
        body,
        headers: { 'idempotency-key': idempotencyKey },
      });
      if (answer.status < 300) return { kind: 'done', body: answer.body };
      const code = problem.safeParse(answer.body).data?.error.code;
      // Only these answers say that the request was not and will not be carried out. All others are mistakes on our
      // side that a person has to look at.
      if ((answer.status !== 422 && answer.status !== 400) || code === undefined || code === 'idempotency_key_reused') {
        throw new Error(`The payment provider answered ${answer.status} ${code ?? ''} to POST ${path}.`);
      }
      return { kind: 'refused', code };
    },
  };
}

async function send(connection: ProviderConnection, sent: Sent): Promise<{ status: number; body: unknown }> {
  const signal = AbortSignal.timeout(connection.timeoutMilliseconds);
  let cause: unknown;
  for (let attempt = 0; attempt < attempts && !signal.aborted; attempt += 1) {
    if (attempt > 0)
      await wait(firstPauseMilliseconds * 4 ** (attempt - 1) * (0.5 + Math.random()), undefined, { signal }).catch(
        () => undefined,
      );
    try {
      const answer = await once(connection, sent, signal);
      if (answer.status === 401 || answer.status === 403)
        throw new ProviderUnavailable('The payment provider refuses our API key.');
      if (answer.status < 500 && answer.status !== 429) return answer;
      cause = new Error(`The payment provider answered ${answer.status}.`);
    } catch (error) {
      if (error instanceof ProviderUnavailable) throw error;
      cause = error;
    }
  }
  throw new ProviderUnavailable(`The payment provider gave no answer to ${sent.method} ${sent.path}.`, { cause });
}

async function once(
  connection: ProviderConnection,
  { method, path, body, headers }: Sent,
  signal: AbortSignal,
): Promise<{ status: number; body: unknown }> {
  const response = await request(connection.url + path, {
    method,
    signal,
    headers: {
      authorization: `Bearer ${connection.apiKey}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...headers,
    },
    body: body ? JSON.stringify(body) : null,
  });
  return { status: response.statusCode, body: await response.body.json() };
}
