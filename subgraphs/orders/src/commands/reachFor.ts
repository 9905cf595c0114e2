import { Code, ConnectError } from '@connectrpc/connect';
import { CodedError } from '#platform/subgraph/codedError.ts';

/**
 * Asks another domain while somebody waits for the answer.
 * @param consequence what did not happen, for a person, when the domain cannot be reached
 * @returns a call that fails with CodedError SUBGRAPH_UNAVAILABLE then
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
