/**
 * `answer`: the graph has answered, in whole or in part. `refused`: the token is not accepted. `unreached`: nobody has
 * answered, and it is not known whether the request was carried out; send it again with the same idempotency key.
 */
export type Answer<Data> =
  | {
      readonly kind: 'answer';
      readonly data: Data | null;
      readonly errors: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
      /** The time of the server's clock; undefined if the response does not say. */
      readonly at: Date | undefined;
    }
  | { readonly kind: 'refused' | 'unreached' };

export const endpoint = new URL('graphql', location.href).href;

/** Codes of errors that pass by themselves, so that the request can be sent again. */
const passing: readonly unknown[] = ['SUBGRAPH_UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'RATE_LIMITED'];
const patienceMs = 10_000;

/** Sends one document of the channel, as text, over HTTP. */
export async function askGraph<Data>(token: string, query: string, variables: object = {}): Promise<Answer<Data>> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), patienceMs);
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      body: JSON.stringify({ query, variables }),
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
        authorization: `Bearer ${token}`,
      },
      signal: controller.signal,
    });
    if (response.status === 401 || response.status === 403) return { kind: 'refused' };
    if (response.status >= 500 || response.status === 429) return { kind: 'unreached' };
    const { data = null, errors = [] } = (await response.json()) as {
      data?: Data | null;
      errors?: Extract<Answer<Data>, { kind: 'answer' }>['errors'];
    };
    if (data === null && errors.some(({ extensions }) => passing.includes(extensions?.code)))
      return { kind: 'unreached' };
    const date = response.headers.get('date');
    return { kind: 'answer', data, errors, at: date === null ? undefined : new Date(date) };
  } catch {
    return { kind: 'unreached' };
  } finally {
    clearTimeout(timer);
  }
}
