import { GraphQLError } from 'graphql';
import type { ErrorCode } from '#schema/errorCodes.ts';

/** How long a client is asked to wait when a channel has more to do than it can. */
const overloadedSeconds = 5;

/** How long a client that is one too many is asked to wait before it comes back. */
export const retryAfterSeconds = 30;

/**
 * Thrown when a request is not carried out. `status: 'document'` means that the GraphQL request itself is refused: the
 * response is 400 under `application/graphql-response+json`, and 200 under `application/json`, as the specification of
 * GraphQL over HTTP has it. Otherwise `status` is the HTTP status of the response.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number | 'document';
  readonly errors: readonly GraphQLError[];

  constructor(status: number | 'document', errors: readonly GraphQLError[]) {
    super(errors[0]?.message ?? 'refused');
    this.status = status;
    this.errors = errors;
  }

  static of(
    status: number | 'document',
    code: Exclude<ErrorCode, 'TOO_MANY_REQUESTS' | 'OVERLOADED'>,
    message: string,
  ): Refusal {
    return new Refusal(status, [new GraphQLError(message, { extensions: { code } })]);
  }

  /** Something that this rests on is away: nothing is wrong with the request, which may be sent again. */
  static unavailable(message: string): Refusal {
    return Refusal.of(503, 'SUBGRAPH_UNAVAILABLE', message);
  }

  /** The channel has more to do than it can, and nothing of the request ran. */
  static overloaded(): Refusal {
    const extensions = { code: 'OVERLOADED' satisfies ErrorCode, retryAfter: overloadedSeconds };
    return new Refusal(503, [new GraphQLError('There is too much to do at the moment. Try again.', { extensions })]);
  }

  /** A limit is reached: come back, but not at once. Whatever the transport, the error says after how long. */
  static tooMany(status: number | 'document', message: string, seconds = retryAfterSeconds): Refusal {
    const extensions = { code: 'TOO_MANY_REQUESTS' satisfies ErrorCode, retryAfter: seconds };
    return new Refusal(status, [new GraphQLError(message, { extensions })]);
  }
}
