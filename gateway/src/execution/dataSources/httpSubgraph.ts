import { Pool } from 'undici';
import type { ExecutionResult } from 'graphql';
import type { SubgraphHeaders, SubgraphRequest } from '#platform/subgraph/execution.ts';
import { stringifyExactly } from '../../documents/exactNumber.ts';
import { parseJson } from '../../documents/parseJson.ts';
import { isQuery } from './createSubgraphFetch.ts';
import type { TextCall } from './textCall.ts';

export interface HttpSubgraphOptions {
  /** Until the answer begins, and between its parts. */
  readonly timeoutMs?: number;
  /** Kept open to the subgraph. */
  readonly connections?: number;
  /** What is longer is not read on: it would be held in memory several times over. */
  readonly maxAnswerBytes?: number;
}

/** A subgraph in another process. Rejects when it cannot be reached, takes too long or does not answer with GraphQL. */
export interface HttpSubgraph extends TextCall {
  close(): Promise<void>;
}

const busy = new Set([502, 503, 504]);
/**
 * `application/json`, `application/graphql-response+json` and the like; what is in another charset than UTF-8 does not
 * decode.
 */
const isJson = /^\s*application\/([\w.-]+\+)?json\s*(;|$)/i;
const utf8 = new TextDecoder('utf-8', { fatal: true });
const timedOut = (error: unknown): boolean =>
  /TIMEOUT/.test(String((error as { code?: unknown }).code)) &&
  !/CONNECT/.test(String((error as { code?: unknown }).code));
const isTooLong = (error: unknown): boolean => (error as { code?: unknown }).code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE';

/**
 * A subgraph over HTTP/1.1, on connections that are kept open. A query that failed on the way is sent once more; a
 * mutation never, since it may have been carried out. What waits for a connection when nobody waits for it any more is
 * never sent.
 */
export function httpSubgraph(
  url: string | URL,
  { timeoutMs = 10_000, connections = 64, maxAnswerBytes = 64 * 2 ** 20 }: HttpSubgraphOptions = {},
): HttpSubgraph {
  const { origin, pathname, search } = new URL(url);
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: maxAnswerBytes,
    connect: { timeout: Math.min(timeoutMs, 3_000) },
    keepAliveTimeout: 30_000,
  });

  async function send(body: string, headers: SubgraphHeaders, signal: AbortSignal | undefined): Promise<string> {
    const response = await pool.request({
      path: `${pathname}${search}`,
      method: 'POST',
      body,
      signal,
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        ...(headers.authorization ? { authorization: headers.authorization } : {}),
        ...(headers.traceparent ? { traceparent: headers.traceparent } : {}),
      },
    });
    const bytes = await response.body.arrayBuffer();
    const contentType = String(response.headers['content-type'] ?? '');
    if (busy.has(response.statusCode) || !isJson.test(contentType))
      throw new Error(`${url} answered ${response.statusCode}, ${contentType || 'of no type'}`);
    return utf8.decode(bytes);
  }

  async function text(request: SubgraphRequest, headers: SubgraphHeaders, signal?: AbortSignal): Promise<string> {
    const body = stringifyExactly({
      query: request.query,
      variables: request.variables,
      operationName: request.operationName ?? undefined,
    });
    try {
      return await send(body, headers, signal);
    } catch (error) {
      if (!isQuery(request) || timedOut(error) || isTooLong(error) || signal?.aborted) throw error;
      return send(body, headers, signal);
    }
  }

  const call = async (request: SubgraphRequest, headers: SubgraphHeaders, signal?: AbortSignal) =>
    parseJson(await text(request, headers, signal), { trusted: true }) as ExecutionResult;
  return Object.assign(call, { text, close: () => pool.close() });
}
