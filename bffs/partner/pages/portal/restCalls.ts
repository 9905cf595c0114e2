import { components, type JsonSchema, type RestParameter, type RestRoute } from './references.ts';
import { signedHeaders } from './signedHeaders.ts';

/** As whom a route is called. A key signs the call and is not sent. */
export type Caller =
  | { readonly as: 'nobody' }
  | { readonly as: 'token'; readonly token: string }
  | { readonly as: 'key'; readonly apiKey: string };

/** What is typed for a call: by parameter, and the body. */
export interface RestValues {
  readonly parameters: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RestAnswer {
  readonly status: number;
  readonly milliseconds: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** Longer than the longest poll of a feed. */
const patienceMs = 40_000;

/** Where REST is, as the channel says; undefined if it does not. */
export const restUrl = (): string | undefined => document.querySelector<HTMLMetaElement>('meta[name="rest"]')?.content;

export const methodOf = ({ route }: RestRoute): string => route.split(' ')[0]!;

/** What a developer may want to change: the examples of the OpenAPI document, a new key, an empty body. */
export function firstValues({ parameters = [], requestBody }: RestRoute): RestValues {
  const json = requestBody?.content['application/json'];
  return {
    parameters: Object.fromEntries(parameters.map((each) => [each.name, firstValue(each)])),
    body: json ? JSON.stringify(json.example ?? exampleOf(json.schema), undefined, 2) : '',
  };
}

function firstValue({ name, example }: RestParameter): string {
  if (name === 'Idempotency-Key') return crypto.randomUUID?.() ?? String(Math.random());
  return typeof example === 'string' || typeof example === 'number' || typeof example === 'boolean'
    ? String(example)
    : '';
}

/** Something of the right shape, with what is required alone. */
function exampleOf(schema: JsonSchema, depth = 0): unknown {
  const { $ref, allOf, anyOf, oneOf, enum: values, properties = {}, required = [], items } = schema;
  const inner = allOf?.[0] ?? anyOf?.[0] ?? oneOf?.[0];
  if ($ref !== undefined) return exampleOf(components[$ref.split('/').at(-1)!] ?? {}, depth);
  if (inner) return exampleOf(inner, depth);
  if (values) return values[0];
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'array') return items && depth < 4 ? [exampleOf(items, depth + 1)] : [];
  if (type === 'integer' || type === 'number') return 1;
  if (type === 'boolean') return true;
  if (type === 'string') return '';
  return Object.fromEntries(required.map((name) => [name, exampleOf(properties[name] ?? {}, depth + 1)]));
}

/** The path of a call, with its query. */
export function targetOf({ route, parameters = [] }: RestRoute, { parameters: values }: RestValues): string {
  const path = route
    .split(' ')[1]!
    .replaceAll(/\{(\w+)\}/g, (whole, name: string) => (values[name] ? encodeURIComponent(values[name]) : whole));
  const query = parameters
    .filter((each) => each.in === 'query' && values[each.name])
    .map(({ name }) => `${encodeURIComponent(name)}=${encodeURIComponent(values[name]!)}`)
    .join('&');
  return path + (query && `?${query}`);
}

/** A command that makes the same call with a key, which stays on the developer's machine. */
export const commandFor = (route: RestRoute, values: RestValues): string =>
  `DRBURGER_API_KEY=… clients/request-signing/signed-curl.sh "$REST_URL${targetOf(route, values)}"`;

/** Calls a route. Rejects with what to do when nobody answers, or the key is none. */
export async function callRoute(
  base: string,
  route: RestRoute,
  values: RestValues,
  caller: Caller,
): Promise<RestAnswer> {
  const [method, url] = [methodOf(route), base + targetOf(route, values)];
  const { body } = values;
  const given = (route.parameters ?? []).filter((each) => each.in === 'header' && values.parameters[each.name]);
  const headers = {
    ...Object.fromEntries(given.map(({ name }) => [name, values.parameters[name]!])),
    ...(body !== '' && { 'content-type': 'application/json' }),
    ...(caller.as === 'token' && { authorization: `Bearer ${caller.token}` }),
    ...(caller.as === 'key' && (await signedHeaders({ method, url, body }, caller.apiKey))),
  };
  const began = performance.now();
  let response: Response;
  try {
    response = await fetch(url, {
      ...{ method, headers, cache: 'no-store', signal: AbortSignal.timeout(patienceMs) },
      ...(body !== '' && { body }),
    });
  } catch {
    throw new Error(
      `Nobody answered at ${base}. REST has to name this page’s origin: REST_ORIGINS=${location.origin}.`,
    );
  }
  const text = await response.text();
  return {
    status: response.status,
    milliseconds: Math.round(performance.now() - began),
    headers: [...response.headers],
    body: readable(text),
  };
}

function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
