import { GraphQLError } from 'graphql';

/**
 * An error a client may see: its code is from the catalogue, its message says what to do. Everything else is masked.
 */
export class CodedError extends GraphQLError {
  constructor(code: string, message: string, extensions: Record<string, unknown> = {}) {
    super(message, { extensions: { ...extensions, code } });
    this.name = 'CodedError';
  }
}
