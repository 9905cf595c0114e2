/** An answer of REST, with its body parsed. */
export interface RestReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface RestCall {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a text is sent as it is. */
  readonly body?: unknown;
}

/** Calls one route, such as `POST /v1/orders`, at a server whose GraphQL is at `graphqlUrl`. */
export async function callRest(graphqlUrl: string, route: string, call: RestCall = {}): Promise<RestReply> {
  const [method, path] = route.split(' ');
  const response = await fetch(new URL(path!, graphqlUrl), {
    method,
    headers: {
      ...(call.token !== undefined && { authorization: `Bearer ${call.token}` }),
      ...(call.body !== undefined && { 'content-type': 'application/json' }),
      ...call.headers,
    },
    body: call.body === undefined ? undefined : typeof call.body === 'string' ? call.body : JSON.stringify(call.body),
    redirect: 'manual',
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}
