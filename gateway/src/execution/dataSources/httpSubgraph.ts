import { Pool } from 'undici';
import type { SubgraphHeaders, SubgraphRequest } from '#platform/subgraph/execution.ts';
import type { ByteCall } from './byteCall.ts';
import { AnswerReceiver } from './answerReceiver.ts';
import { Landed } from './landed.ts';
import type { WrittenRequest } from './subgraphFetch.ts';
import { unpacked } from './unpacked.ts';
import { UnusableAnswer } from './unusableAnswer.ts';
import { written } from './written.ts';

export interface HttpSubgraphOptions {
  /** Until the answer begins, and between its parts. */
  readonly timeoutMs?: number;
  /** Kept open to the subgraph. */
  readonly connections?: number;
  /** What is longer is not read on: it would be held in memory several times over. */
  readonly maxAnswerBytes?: number;
}

/** A subgraph in another process. Rejects when it cannot be reached, takes too long or does not answer with GraphQL. */
export interface HttpSubgraph extends ByteCall {
  close(): Promise<void>;
}

const busy = new Set([502, 503, 504]);
/** `application/json`, `application/graphql-response+json` and the like; that it is UTF-8 whoever reads it checks. */
const isJson = /^\s*application\/([\w.-]+\+)?json\s*(;|$)/i;
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
  const path = `${pathname}${search}`;
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: maxAnswerBytes,
    connect: { timeout: Math.min(timeoutMs, 3_000) },
    keepAliveTimeout: 30_000,
  });

  async function send(body: Buffer, headers: SubgraphHeaders, signal: AbortSignal | undefined): Promise<Buffer> {
    const receiver = new AnswerReceiver(signal);
    pool.dispatch(
      {
        path,
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json, application/json',
          ...(headers.authorization ? { authorization: headers.authorization } : {}),
          ...(headers.traceparent ? { traceparent: headers.traceparent } : {}),
        },
      },
      receiver,
    );
    const { status, contentType, contentEncoding, bytes: answer } = await receiver.answer;
    if (busy.has(status) || !isJson.test(contentType)) {
      const Reason = status < 500 ? UnusableAnswer : Error;
      throw new Reason(`${url} answered ${status}, ${contentType || 'of no type'}`);
    }
    return unpacked(answer, contentEncoding, maxAnswerBytes);
  }

  async function bytes(request: WrittenRequest, headers: SubgraphHeaders, signal?: AbortSignal): Promise<Buffer> {
    try {
      return await send(request.body, headers, signal);
    } catch (error) {
      if (!request.isQuery || timedOut(error) || isTooLong(error) || signal?.aborted) throw error;
      return send(request.body, headers, signal);
    }
  }

  const call = async (request: SubgraphRequest, headers: SubgraphHeaders, signal?: AbortSignal) =>
    new Landed(await bytes(written(request), headers, signal)).read();
  return Object.assign(call, { bytes, close: () => pool.close() });
}
