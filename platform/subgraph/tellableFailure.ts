import { errorCodes } from '#platform/events/databaseFailure.ts';
import { isInfrastructureFailure } from '#platform/events/failure.ts';

/** SQLSTATEs of PostgreSQL for a text with a zero byte, as text and as JSON. */
const unstorable = ['22021', '22P05'];

export interface TellableFailure {
  /** Of the catalogue. */
  readonly code: 'BAD_USER_INPUT' | 'SUBGRAPH_UNAVAILABLE';
  readonly message: string;
  /** Whether operators should see it: it is no fault of the client's. */
  readonly logged: boolean;
}

/**
 * What a client may be told of something that a resolver threw without meaning it to be seen; undefined for a fault of
 * ours, of which nothing is told.
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
      message: 'Something that this rests on does not answer. Try again in a moment.',
      logged: true,
    };
  return undefined;
}
