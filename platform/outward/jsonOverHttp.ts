import { Agent, request } from 'undici';
import { NoAnswer, type Outward } from './outward.ts';

const agent = new Agent({ maxResponseSize: 1_000_000 });
const agentForFiles = new Agent({ maxResponseSize: 64 * 1024 * 1024 });

export interface HttpCounterpart {
  /** Base address, without a slash at the end. */
  readonly url: string;
  /** What every request carries, such as the key by which the counterpart knows us. */
  readonly headers: Readonly<Record<string, string>>;
  readonly outward: Outward;
}

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the counterpart takes a second request of this kind as the first one. */
  readonly idempotent: boolean;
}

/** Failures to connect, after which nothing can have arrived. */
const neverArrived = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/**
 * Calls a counterpart that speaks JSON over HTTP. A lost connection, the statuses 429 and 5xx, and what is no JSON are
 * no answer; every other status is.
 * @throws CounterpartUnavailable when there was no answer
 */
export const jsonOverHttp = (
  counterpart: HttpCounterpart,
  call: HttpCall,
): Promise<{ readonly status: number; readonly body: unknown }> =>
  counterpart.outward.call(
    async (signal) => {
      const { status, text } = await answerTo(counterpart, call, { signal, dispatcher: agent });
      try {
        return { status, body: text === '' ? null : (JSON.parse(text) as unknown) };
      } catch (error) {
        throw new NoAnswer(`it answered ${status} without JSON`, true, { cause: error });
      }
    },
    { idempotent: call.idempotent },
  );

/**
 * Asks a counterpart for a file of 64 MiB at most, as text.
 * @returns null when there is none: it answered 404
 * @throws CounterpartUnavailable when there was no answer, or another status than 200
 */
export const fileOverHttp = (counterpart: HttpCounterpart, path: string): Promise<string | null> =>
  counterpart.outward.call(
    async (signal) => {
      const call = { method: 'GET', path, idempotent: true } as const;
      const { status, text } = await answerTo(counterpart, call, { signal, dispatcher: agentForFiles });
      if (status === 404) return null;
      if (status !== 200) throw new NoAnswer(`it answered ${status} for a file`, true);
      return text;
    },
    { idempotent: true },
  );

async function answerTo(
  { url, headers }: HttpCounterpart,
  call: HttpCall,
  how: { readonly signal: AbortSignal; readonly dispatcher: Agent },
): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await request(url + call.path, {
    method: call.method,
    ...how,
    headers: { ...(call.body && { 'content-type': 'application/json' }), ...headers, ...call.headers },
    body: call.body ? JSON.stringify(call.body) : null,
  }).catch((error: unknown) => {
    throw new NoAnswer('the connection failed', !neverArrived.has(codeOf(error)), { cause: error });
  });
  const { statusCode: status } = answer;
  const text = await answer.body.text().catch((error: unknown) => {
    throw new NoAnswer('the answer broke off', true, { cause: error });
  });
  if (status >= 500 || status === 429) throw new NoAnswer(`it answered ${status}`, true);
  return { status, text };
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | undefined)?.code ?? '');
