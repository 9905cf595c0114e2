import { Code, ConnectError } from '@connectrpc/connect';

const passing: readonly Code[] = [Code.Unavailable, Code.DeadlineExceeded];

/**
 * Waits for a domain's answer. When the domain does not answer, it rejects with what `Unavailable` makes, so that the
 * caller is told to come again; any other error stays as it is.
 */
export async function askDomain<Answer>(
  answer: Promise<Answer>,
  domain: string,
  Unavailable: new (message: string, options: ErrorOptions) => Error,
): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ConnectError && passing.includes(error.code))
      throw new Unavailable(`the ${domain} domain does not answer`, { cause: error });
    throw error;
  }
}
