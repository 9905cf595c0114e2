import { GraphQLError } from 'graphql';

/**
 * An error that clients may see. Its code is one of `schema/errorCodes.ts`; its message says what to do. All other
 * errors are masked.
 */
export class CodedError extends GraphQLError {
  constructor(code: string, message: string, extensions: Record<string, unknown> = {}) {
    super(message, { extensions: { ...extensions, code } });
    this.name = 'CodedError';
  }
}
