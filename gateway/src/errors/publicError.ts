import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { traceIdOf } from '#platform/telemetry/trace.ts';
import type { ErrorCode } from '#schema/errorCodes.ts';

/** What a subgraph may say to a client. Its complaints about documents are about ours, not about the client's. */
const meantForClients = new Set<string>([
  'BAD_USER_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'IDEMPOTENCY_KEY_REUSED',
  'SUBGRAPH_UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'TOO_MANY_REQUESTS',
  'CONFLICT',
] satisfies ErrorCode[]);

export interface ErrorPolicy {
  /** `masked`: only what the catalogue of codes allows. `passed`: as subgraphs say it, for graphs of others. */
  readonly subgraphErrors: 'masked' | 'passed';
  readonly log: Logger;
}

/** Entity fetches know their place only up to the list they are in. */
function placeOf(path: GraphQLError['path']): (string | number)[] | undefined {
  if (!path) return undefined;
  const end = path.indexOf('@');
  const place = end < 0 ? [...path] : path.slice(0, end);
  return place.length > 0 ? place : undefined;
}

/**
 * An error of an answer, as a client may see it: a code of the catalogue, a place, the trace id where it is our fault.
 * What is masked is logged once.
 */
export function publicError(
  error: GraphQLError,
  traceparent: string,
  { subgraphErrors, log }: ErrorPolicy,
): GraphQLError {
  const code = String(error.extensions['code'] ?? '');
  const path = placeOf(error.path);
  const traceId = traceIdOf(traceparent);
  if (subgraphErrors === 'passed') {
    const { serviceName: _subgraph, stacktrace: _stack, ...extensions } = error.extensions;
    return new GraphQLError(error.message, { path, extensions });
  }
  if (meantForClients.has(code) && (code !== 'UNAUTHENTICATED' || path))
    return new GraphQLError(error.message, { path, extensions: { code } });
  if (code !== 'INTERNAL_SERVER_ERROR')
    log.error(
      { err: error.originalError ?? error, code, subgraph: error.extensions['serviceName'], path, traceId },
      'a part of an answer failed',
    );
  return new GraphQLError('Something went wrong on our side. Quote the trace id.', {
    path,
    extensions: { code: 'INTERNAL_SERVER_ERROR', traceId },
  });
}

/** Anything that was thrown, as the one error of an answer. */
export function unexpectedError(error: unknown, traceparent: string, log: Logger): GraphQLError {
  const traceId = traceIdOf(traceparent);
  log.error({ err: error, traceId }, 'a request failed');
  return new GraphQLError('Something went wrong on our side. Quote the trace id.', {
    extensions: { code: 'INTERNAL_SERVER_ERROR', traceId },
  });
}
