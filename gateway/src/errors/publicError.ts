import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { traceIdOf } from '#platform/telemetry/trace.ts';
import type { ErrorCode } from '#schema/errorCodes.ts';
import { subgraphOf } from './askedSubgraph.ts';

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

/** The errors of one answer, and how many of them are sent. */
export interface AnswerErrors {
  readonly errors: readonly GraphQLError[];
  /** How many there were besides. */
  readonly leftOut: number;
  readonly max: number;
}

/**
 * Turns the errors of an execution into those that a client may see: each with a code of `schema/errorCodes.ts`, its
 * path, and the trace id where the fault is ours. Those over `max` are left out, which a last error says. What is
 * masked is logged: a cause once, with the first place where it was met, and the number of places. A list of a hundred
 * elements whose subgraph fails would else write a hundred lines.
 */
export function publicErrors(
  { errors, leftOut, max }: AnswerErrors,
  traceparent: string,
  { subgraphErrors, log }: ErrorPolicy,
): GraphQLError[] {
  if (subgraphErrors === 'masked') logMasked(errors, leftOut, traceIdOf(traceparent), log);
  const told = errors
    .slice(0, max)
    .map((error) => (subgraphErrors === 'passed' ? passedError(error) : maskedError(error, traceIdOf(traceparent))));
  const missing = errors.length - told.length + leftOut;
  if (missing > 0)
    told.push(
      new GraphQLError(missing === 1 ? 'One more error is left out.' : `${missing} more errors are left out.`, {
        extensions: { code: 'ERRORS_LEFT_OUT' satisfies ErrorCode },
      }),
    );
  return told;
}

const codeOf = ({ extensions }: GraphQLError): string => String(extensions['code'] ?? '');

const isForClients = (error: GraphQLError): boolean =>
  clientCodes.has(codeOf(error)) && (codeOf(error) !== 'UNAUTHENTICATED' || pathOf(error.path) !== undefined);

function passedError(error: GraphQLError): GraphQLError {
  const { stacktrace: _stack, ...extensions } = error.extensions;
  return new GraphQLError(error.message, { path: pathOf(error.path), extensions });
}

function maskedError(error: GraphQLError, traceId: string): GraphQLError {
  const path = pathOf(error.path);
  if (isForClients(error)) return new GraphQLError(error.message, { path, extensions: { code: codeOf(error) } });
  return new GraphQLError('Something went wrong on our side. Quote the trace id.', {
    path,
    extensions: { code: 'INTERNAL_SERVER_ERROR', traceId },
  });
}

function logMasked(errors: readonly GraphQLError[], leftOut: number, traceId: string, log: Logger): void {
  const causes = new Map<string, { readonly first: GraphQLError; count: number }>();
  for (const error of errors) {
    // The subgraph has logged it.
    if (isForClients(error) || codeOf(error) === 'INTERNAL_SERVER_ERROR') continue;
    const key = JSON.stringify([codeOf(error), subgraphOf(error), error.message]);
    const known = causes.get(key);
    if (known) known.count += 1;
    else causes.set(key, { first: error, count: 1 });
  }
  for (const { first, count } of causes.values())
    log.error(
      {
        err: first.originalError ?? first,
        code: codeOf(first),
        subgraph: subgraphOf(first),
        path: pathOf(first.path),
        count,
        ...(leftOut > 0 && { errorsLeftOut: leftOut }),
        traceId,
      },
      'a part of an answer failed',
    );
}

/** Turns anything that was thrown into the single error of an answer, and logs it. */
export function unexpectedError(error: unknown, traceparent: string, log: Logger): GraphQLError {
  const traceId = traceIdOf(traceparent);
  log.error({ err: error, traceId }, 'a request failed');
  return new GraphQLError('Something went wrong on our side. Quote the trace id.', {
    extensions: { code: 'INTERNAL_SERVER_ERROR', traceId },
  });
}
