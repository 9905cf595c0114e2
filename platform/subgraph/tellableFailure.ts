import { errorCodes } from '#platform/events/databaseFailure.ts';
import { isInfrastructureFailure } from '#platform/events/failure.ts';

/** SQLSTATEs of PostgreSQL for a text with a zero byte, as text and as JSON. */
const unstorable = ['22021', '22P05'];

export interface TellableFailure {
  /** One of `schema/errorCodes.ts`. */
  readonly code: 'BAD_USER_INPUT' | 'SUBGRAPH_UNAVAILABLE';
  readonly message: string;
  /** Whether to log it for operators, because it is not the client's fault. */
  readonly logged: boolean;
}

/**
 * What a client may be told about an unexpected error of a resolver: that its input cannot be stored, or that something
 * does not answer now. Undefined for any other error, which is a fault of ours and is masked.
 */
export function tellableFailure(error: unknown): TellableFailure | undefined {
  const found = errorCodes(error);
  if (unstorable.some((code) => found.has(code)))
    return {
      code: 'BAD_USER_INPUT',
      message: 'A text holds U+0000, which cannot be stored: leave it out.',
      logged: false,
    };
  if (isInfrastructureFailure(error))
    return {
      code: 'SUBGRAPH_UNAVAILABLE',
      message: 'A service or database that this needs does not answer. Try again in a moment.',
      logged: true,
    };
  return undefined;
}
