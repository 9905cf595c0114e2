import type { GraphQLFormattedError } from 'graphql';

/** A stream has ended, and subscribing again would fail in the same way. */
export class StreamError extends Error {
  override readonly name = 'StreamError';
  /** A code of the graph's catalogue, such as `NOT_FOUND` or `DOCUMENT_OUTDATED`; a close code; or `BUFFER_FULL`. */
  readonly code: number | string;
  /** The GraphQL errors of the answer; empty if the connection failed. */
  readonly errors: readonly GraphQLFormattedError[];

  constructor(code: number | string, message: string, errors: readonly GraphQLFormattedError[] = []) {
    super(message);
    this.code = code;
    this.errors = errors;
  }
}

const passing = new Set<unknown>([
  'SUBGRAPH_UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'INTERNAL_SERVER_ERROR',
  'TOO_MANY_REQUESTS',
  'OVERLOADED',
  'SHUTTING_DOWN',
  'CONFLICT',
  'UNAUTHENTICATED',
]);

/**
 * Close codes that mean that the server does not understand the client: trying again cannot help. After others it can.
 */
const finalCloses = new Set<unknown>([1002, 1003, 1007, 1009, 4400, 4406]);

/** Why a subscription failed, and whether trying again may help (`passes`). */
export interface Failure {
  readonly code: number | string;
  readonly message: string;
  readonly passes: boolean;
  /** How many ms the server asks to wait before trying again; 0 if it does not say. */
  readonly retryAfterMs: number;
  readonly errors: readonly GraphQLFormattedError[];
}

/** From what graphql-ws hands to a sink: errors of the graph, a close event, or whatever went wrong. */
export function failureOf(error: unknown): Failure {
  if (Array.isArray(error)) {
    const errors = error as readonly GraphQLFormattedError[];
    // The last error of many only counts the others that are not sent.
    const codes = errors.map(({ extensions }) => extensions?.['code']).filter((code) => code !== 'ERRORS_LEFT_OUT');
    const final = codes.find((code) => !passing.has(code));
    return {
      code: String(final ?? codes[0] ?? 'UNKNOWN'),
      message: errors[0]?.message ?? '',
      passes: final === undefined && codes.length > 0 && !codes.includes(undefined),
      retryAfterMs: Math.max(0, ...errors.map(({ extensions }) => millisecondsOf(extensions?.['retryAfter']))),
      errors,
    };
  }
  const { code, reason } = (typeof error === 'object' && error !== null ? error : {}) as {
    code?: unknown;
    reason?: unknown;
  };
  if (typeof code === 'number')
    return {
      code,
      message: String(reason ?? ''),
      passes: !finalCloses.has(code),
      retryAfterMs: retryAfterOf(reason),
      errors: [],
    };
  return {
    code: 'NETWORK',
    message: error instanceof Error ? error.message : String(error),
    passes: true,
    retryAfterMs: 0,
    errors: [],
  };
}

/** What the reason of a close says, such as `Too many connections; retry-after=30`, in milliseconds; 0 if nothing. */
export const retryAfterOf = (reason: unknown): number =>
  millisecondsOf(Number(/\bretry-after=(\d+)$/.exec(String(reason ?? ''))?.[1]));

/** The longest wait that a server may ask for, so that a mistake there does not keep clients away for longer. */
const longestSeconds = 3_600;

const millisecondsOf = (seconds: unknown): number =>
  typeof seconds === 'number' && seconds > 0 ? Math.min(seconds, longestSeconds) * 1_000 : 0;
