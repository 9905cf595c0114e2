import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { traceIdOf } from '#platform/telemetry/trace.ts';
import type { ErrorCode } from '#schema/errorCodes.ts';

/**
 * The error codes that a subgraph's error may carry to a client. Its errors about documents are not among them: those
 * are about queries that the gateway made, not about the client's.
 */
const clientCodes = new Set<string>([
  'BAD_USER_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'IDEMPOTENCY_KEY_REUSED',
  'SUBGRAPH_UNAVAILABLE',
  'SUBGRAPH_ANSWER_INVALID',
  'DEADLINE_EXCEEDED',
  'TOO_MANY_REQUESTS',
  'CONFLICT',
] satisfies ErrorCode[]);

export interface ErrorPolicy {
  /**
   * `masked`: errors with a code outside `clientCodes` are logged and replaced by INTERNAL_SERVER_ERROR. `passed`:
   * errors are sent as the subgraph wrote them, for supergraphs of others.
   */
  readonly subgraphErrors: 'masked' | 'passed';
  readonly log: Logger;
}

/**
 * The path of an error, as far as it is known. Errors of entity fetches hold `@` in place of an index: they are located
 * at the list.
 */
function pathOf(path: GraphQLError['path']): (string | number)[] | undefined {
  if (!path) return undefined;
  const end = path.indexOf('@');
  const place = end < 0 ? [...path] : path.slice(0, end);
  return place.length > 0 ? place : undefined;
}

/**
 * Turns an error of an execution into one that a client may see: with a code of `schema/errorCodes.ts`, its path, and
 * the trace id where the fault is ours. An error that is masked is logged.
 */
export function publicError(
  error: GraphQLError,
  traceparent: string,
  { subgraphErrors, log }: ErrorPolicy,
): GraphQLError {
  const code = String(error.extensions['code'] ?? '');
  const path = pathOf(error.path);
  const traceId = traceIdOf(traceparent);
  if (subgraphErrors === 'passed') {
    const { serviceName: _subgraph, stacktrace: _stack, ...extensions } = error.extensions;
    return new GraphQLError(error.message, { path, extensions });
  }
  if (clientCodes.has(code) && (code !== 'UNAUTHENTICATED' || path))
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

/** Turns anything that was thrown into the single error of an answer, and logs it. */
export function unexpectedError(error: unknown, traceparent: string, log: Logger): GraphQLError {
  const traceId = traceIdOf(traceparent);
  log.error({ err: error, traceId }, 'a request failed');
  return new GraphQLError('Something went wrong on our side. Quote the trace id.', {
    extensions: { code: 'INTERNAL_SERVER_ERROR', traceId },
  });
}
