import { readFileSync } from 'node:fs';
import { StartupError } from '#platform/config/startupError.ts';

export interface ChannelAnswer {
  /** The first field of the answer; null if there is none. */
  readonly outcome: Record<string, unknown> | null;
  readonly errors?: unknown;
}

const withinMs = 60_000;

/**
 * Executes an operation of a channel, by the text of its file in `bffs/<channel>/operations`, which production knows.
 * @throws StartupError when the channel cannot be reached
 */
export async function askChannel(
  { channel, url, token }: { readonly channel: string; readonly url: string; readonly token: string },
  operation: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<ChannelAnswer> {
  const query = readFileSync(new URL(`../../bffs/${channel}/operations/${operation}.graphql`, import.meta.url), 'utf8');
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(withinMs),
  }).catch((error: unknown) => {
    const { cause, message } = error as Error;
    throw new StartupError(`${url} is not reached (${cause instanceof Error ? cause.message : message}): start it.`);
  });
  const { data, errors } = (await response.json()) as {
    data?: Record<string, Record<string, unknown> | null>;
    errors?: unknown;
  };
  const [outcome = null] = Object.values(data ?? {});
  return { outcome, ...(errors !== undefined && { errors }) };
}
