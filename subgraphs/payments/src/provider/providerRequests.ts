import { z } from 'zod';
import { fileOverHttp, jsonOverHttp, type HttpCall } from '#platform/outward/jsonOverHttp.ts';
import { CounterpartUnavailable, type Outward } from '#platform/outward/outward.ts';
import { ProviderUnavailable } from './paymentProvider.ts';

export interface ProviderConnection {
  /** Base address, without a slash at the end. */
  readonly url: string;
  readonly apiKey: string;
  /** How the provider is called. Its time-out must be shorter than the deadline of whoever calls this domain. */
  readonly outward: Outward;
}

/**
 * The provider carried the request out, or refused it for good with a code. Everything else is not an answer, and is
 * thrown.
 */
export type ProviderAnswer =
  | { readonly kind: 'done'; readonly body: unknown }
  | { readonly kind: 'refused'; readonly code: string; readonly body: unknown };

/** How a provider says no. */
export interface RefusalShape {
  /**
   * The statuses that say that the request was not and will not be carried out. All others are mistakes on our side
   * that a person has to look at.
   */
  readonly statuses: readonly number[];
  /** The code of an idempotency key that was used with another request, which is such a mistake. */
  readonly reusedKey: string;
}

const problem = z.object({ error: z.object({ code: z.string() }) });

/**
 * Sends requests, each of which the provider takes once however often it is tried: those that move money have an
 * idempotency key. It rejects with `ProviderUnavailable` when no try got an answer.
 */
export function providerRequests(connection: ProviderConnection, refusals: RefusalShape) {
  return {
    async get(path: string): Promise<unknown> {
      const { status, body } = await send(connection, { method: 'GET', path, idempotent: true });
      if (status !== 200) throw new Error(`The payment provider answered ${status} to GET ${path}.`);
      return body;
    },
    async post(path: string, body: object, idempotencyKey: string): Promise<ProviderAnswer> {
      const headers = { 'idempotency-key': idempotencyKey };
      const answer = await send(connection, { method: 'POST', path, body, headers, idempotent: true });
      if (answer.status < 300) return { kind: 'done', body: answer.body };
      const code = problem.safeParse(answer.body).data?.error.code;
      if (!refusals.statuses.includes(answer.status) || code === undefined || code === refusals.reusedKey) {
        throw new Error(`The payment provider answered ${answer.status} ${code ?? ''} to POST ${path}.`);
      }
      return { kind: 'refused', code, body: answer.body };
    },
    /** The text of a file; null when there is none. */
    async file(path: string): Promise<string | null> {
      const { url, apiKey, outward } = connection;
      try {
        return await fileOverHttp({ url, outward, headers: { authorization: `Bearer ${apiKey}` } }, path);
      } catch (error) {
        if (error instanceof CounterpartUnavailable) throw new ProviderUnavailable(error.message, { cause: error });
        throw error;
      }
    },
  };
}

async function send(
  { url, apiKey, outward }: ProviderConnection,
  call: HttpCall,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const provider = { url, outward, headers: { authorization: `Bearer ${apiKey}` } };
  const answer = await jsonOverHttp(provider, call).catch((error: unknown) => {
    if (error instanceof CounterpartUnavailable) throw new ProviderUnavailable(error.message, { cause: error });
    throw error;
  });
  if (answer.status === 401 || answer.status === 403)
    throw new ProviderUnavailable('The payment provider refuses our API key.');
  return answer;
}
