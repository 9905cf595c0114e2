import { GraphQLError } from 'graphql';
import type { ErrorCode } from '#schema/errorCodes.ts';

/**
 * A request that is not carried out. `document`: what was asked is refused as GraphQL (400 under
 * `application/graphql-response+json`, 200 under `application/json`, as the specification has it); else an HTTP status
 * of its own.
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
