import { GraphQLError } from 'graphql';
import type { ErrorCode } from '#schema/errorCodes.ts';

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

  static of(status: number | 'document', code: ErrorCode, message: string): Refusal {
    return new Refusal(status, [new GraphQLError(message, { extensions: { code } })]);
  }
}
