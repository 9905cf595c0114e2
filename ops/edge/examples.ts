import { spoofed, type EdgePolicy } from './policies.ts';

/** A request, and how the policy says that it is answered. */
export interface EdgeExample {
  readonly name: string;
  readonly channel: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The role whose token is sent; none is sent without it. */
  readonly as?: string;
  readonly body?: string;
  /** How many bytes a body has that is too long to be written here. */
  readonly bodyBytes?: number;
  readonly status: number;
  /** The code of the error, where there is one. */
  readonly code?: string;
}

const json = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
/** A document that nobody registered: who may use the channel at all is told so, all others that they may not. */
const body = '{"query":"{ __typename }"}';
const admitted = { status: 400, code: 'DOCUMENT_NOT_TRUSTED' } as const;
const otherRoles = ['customer', 'courier', 'kiosk'];

/** Examples of all policies, in the order of the channels. */
export const edgeExamples = (policies: readonly EdgePolicy[]): readonly EdgeExample[] => policies.flatMap(examplesOf);

function examplesOf({ channel, ways, roles, bodyBytes, paths }: EdgePolicy): readonly EdgeExample[] {
  const ask = { channel, method: 'POST', path: '/graphql', headers: json, body } as const;
  const stranger = otherRoles.find((role) => !roles.includes(role));
  const comesAnonymously = ways.includes('anonymous');
  const examples: EdgeExample[] = [
    {
      ...ask,
      name: 'without a token',
      ...(comesAnonymously ? admitted : { status: 401, code: 'UNAUTHENTICATED' }),
    },
    { ...ask, name: 'with a token of its role', as: roles[0]!, ...admitted },
    {
      ...ask,
      name: 'with a text that is no token',
      headers: { ...json, authorization: 'Bearer nonsense' },
      ...{ status: 401, code: 'UNAUTHENTICATED' },
    },
    {
      ...ask,
      name: 'with headers that say who calls',
      headers: { ...json, ...Object.fromEntries(spoofed.map((name) => [name, 'admin'])) },
      ...(comesAnonymously ? admitted : { status: 401, code: 'UNAUTHENTICATED' }),
    },
    { ...ask, name: 'with a body that is too long', as: roles[0]!, bodyBytes: bodyBytes + 1, status: 413 },
    { ...ask, name: 'by GET, as a page of elsewhere could', method: 'GET', headers: {}, as: roles[0]!, status: 400 },
    { ...ask, name: 'to be told that it serves', method: 'GET', path: '/health/ready', headers: {}, status: 200 },
    { ...ask, name: 'to a path that leads nowhere', method: 'GET', path: '/admin', headers: {}, status: 404 },
  ];
  if (stranger)
    examples.push({
      ...ask,
      name: `with a token of the role ${stranger}`,
      as: stranger,
      status: 403,
      code: 'FORBIDDEN',
    });
  // Where there are routes, they are what the programs of partners ask for.
  const byApp = paths.includes('/v1') ? ({ ...ask, method: 'GET', path: '/v1/stores', body: undefined } as const) : ask;
  if (ways.includes('key'))
    examples.push({
      ...byApp,
      name: 'with a key that is not good',
      headers: { ...json, authorization: 'ApiKey drb_nobody_7f3k9x2mqa_0' },
      ...{ status: 401, code: 'UNAUTHENTICATED' },
    });
  if (ways.includes('signature'))
    examples.push({
      ...byApp,
      name: 'with a signature that is none',
      headers: { ...json, 'signature-input': 'sig=("@method");created=1', signature: 'sig=:AAAA:' },
      ...{ status: 401, code: 'UNAUTHENTICATED' },
    });
  if (ways.includes('device'))
    examples.push({
      ...ask,
      name: 'by a device that has proved nothing',
      path: '/device/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials',
      status: 401,
    });
  if (paths.includes('/v1')) examples.push(...restExamples(channel));
  return examples.map((example) => ({ ...example, name: `${channel}, ${example.name}` }));
}

const restExamples = (channel: string): readonly EdgeExample[] => {
  const get = { channel, method: 'GET', path: '/v1/stores?page[size]=1', headers: {} } as const;
  return [
    { ...get, name: 'REST, what everybody may read', status: 200 },
    { ...get, name: 'REST, head', method: 'HEAD', status: 200 },
    { ...get, name: 'REST, a method that the path has not', method: 'DELETE', path: '/v1/stores', status: 405 },
    { ...get, name: 'REST, what belongs to a person, without a token', path: '/v1/customers/me', status: 401 },
    { ...get, name: 'REST, a path that is none', path: '/v1/nowhere', status: 404 },
    { ...get, name: 'REST, a parameter that is none', path: '/v1/stores?colour=red', status: 400 },
  ];
};
