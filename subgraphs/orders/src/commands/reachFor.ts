import { Code, ConnectError } from '@connectrpc/connect';
import { CodedError } from '#platform/subgraph/codedError.ts';

/**
 * Makes a function that awaits a call to another domain while somebody waits for the answer.
 * @param consequence what did not happen when the domain cannot be reached, for a person to read
 * @returns the function; it throws CodedError SUBGRAPH_UNAVAILABLE when the domain cannot be reached
 */
export const reachFor =
  (consequence: string) =>
  async <Answer>(domain: string, call: Promise<Answer>): Promise<Answer> => {
    try {
      return await call;
    } catch (error) {
      if (error instanceof ConnectError && (error.code === Code.Unavailable || error.code === Code.DeadlineExceeded)) {
        throw new CodedError(
          'SUBGRAPH_UNAVAILABLE',
          `${consequence}: ${domain} does not answer. Try again in a moment.`,
        );
      }
      throw error;
    }
  };
