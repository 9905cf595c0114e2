import { once } from 'node:events';
import { createHmac, randomUUID } from 'node:crypto';
import { importJWK, SignJWT, type JWTHeaderParameters } from 'jose';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MakeApiKeyDocument, RevokeApiKeyDocument } from '#generated/bffs/partner/operations.ts';
import { PlaceOrderDocument } from '#generated/bffs/web/operations.ts';
import { developmentAudience, developmentIssuer, publicHalf } from '#platform/identity/developmentIssuer.ts';
import { servicePrincipal } from '#platform/identity/principal.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { signRequest, type SignatureChoices } from '../../clients/request-signing/src/signRequest.ts';
import { orderInput } from '../harness/placing.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { demoStore, type TestSystem } from '../harness/startTestSystem.ts';
import {
  graphqlBody,
  overEventStream,
  overGet,
  overGrpc,
  overHttp,
  overWebSocket,
  subscribe,
  type Answered,
  type Sent,
} from './doors.ts';
import { openInnerDoors, type InnerDoors } from './innerDoors.ts';

// Every row of the hostile inputs that the system promises to refuse, at every door that takes such an input. What has
// a file of its own: values in each argument of each field (everyInput), limits of one channel in development
// (hostileInputs), rows of others (e2e/nobody-elses), addresses of webhooks (subgraphs/partners/src/relay).

let system: TestSystem;
/** The web channel in the profile of development, where documents are not refused for being unknown. */
let open: string;
let inner: InnerDoors;
const subject = randomUUID();
let token: string;
let apiKey: string;

beforeAll(async () => {
  system = await sharedSystem();
  open = await system.replicaInDevelopment('web');
  token = await system.tokenFor({ role: 'customer', subject });
  inner = await openInnerDoors(system);
  apiKey = await makeKey();
});
afterAll(() => inner?.close());

async function makeKey(): Promise<string> {
  const { data } = await system
    .client('partner', { role: 'partner' })
    .mutate(MakeApiKeyDocument, { input: { appId: seedId('partner-app', 1), overlapHours: 1 } });
  return (data?.makeApiKey as { apiKey: string }).apiKey;
}

/** Sends something hostile, and finds that nothing was asked of any subgraph for it. */
async function refused(send: () => Promise<Answered>): Promise<[number, string | undefined]> {
  const before = system.subgraphCalls();
  const { status, code, body } = await send();
  expect(system.subgraphCalls(), `work was done: ${body.slice(0, 200)}`).toBe(before);
  expect(body).not.toMatch(/INTERNAL_SERVER_ERROR|\bat .*\.ts:\d|"data":\{"(?!.*null)/);
  return [status, code];
}

/** The four ways into a channel. An event stream has begun, with 200, before its document is looked at. */
const channelDoors: Readonly<Record<string, (url: string, payload: object, sent?: Sent) => Promise<Answered>>> = {
  HTTP: (url, payload, sent) => overHttp(url, { ...sent, body: JSON.stringify(payload) }),
  GET: (url, payload, sent) => overGet(url, { ...sent, body: JSON.stringify(payload) }),
  SSE: (url, payload, sent) => overEventStream(url, { ...sent, body: JSON.stringify(payload) }),
  WebSocket: (url, payload, sent) => overWebSocket(url, { ...sent, body: subscribe(payload) }),
};

const bomb = (levels: number) =>
  `{ stores { ...f0 } } ${Array.from({ length: levels }, (_, n) => `fragment f${n} on StoreConnection { ${n === levels - 1 ? 'pageInfo { hasNextPage }' : `...f${n + 1} ...f${n + 1}`} }`).join(' ')}`;
const aliased = (count: number, field: string) =>
  `{ ${Array.from({ length: count }, (_, n) => `a${n}: ${field}`).join(' ')} }`;
const tooComplex = 'DOCUMENT_TOO_COMPLEX';
const invalid = 'GRAPHQL_VALIDATION_FAILED';

describe('a document that costs too much or asks for what is not there', () => {
  const documents: Readonly<Record<string, readonly [string, string]>> = {
    'a fragment bomb of 12 levels': [bomb(12), tooComplex],
    'a fragment bomb of 30 levels': [bomb(30), tooComplex],
    'depth 20': [`{ stores { ${'edges { node { '.repeat(10)} id ${'} }'.repeat(10)} } }`, tooComplex],
    '300 levels': [`{ ${'a { '.repeat(300)} b ${'}'.repeat(300)} }`, tooComplex],
    '400 aliases': [aliased(400, 'menuCategories { id }'), tooComplex],
    '200 directives': [`{ menuCategories { id ${'@skip(if: false) '.repeat(200)} } }`, tooComplex],
    '__proto__ as an alias': ['{ __proto__: menuCategories { id } }', 'GRAPHQL_PARSE_FAILED'],
    'the schema of a subgraph': ['{ _service { sdl } }', invalid],
    'entities of a subgraph': ['{ _entities(representations: []) { __typename } }', invalid],
  };
  const rows = Object.entries(documents).flatMap(([what, [query, code]]) =>
    Object.entries(channelDoors).map(([door, send]) => ({ what, door, query, code, send })),
  );
  test.each(rows)('$what over $door', async ({ query, send, door, code }) => {
    const [status, told] = await refused(() => send(open, { query }, { token }));
    expect(status).toBe(door === 'SSE' ? 200 : 400);
    expect([code, invalid]).toContain(told);
  });

  test.each(['HTTP', 'SSE', 'WebSocket'])('100 aliased mutations over %s', async (door) => {
    const query = `mutation ${aliased(100, 'cancelOrder(orderId: "x") { __typename }')}`;
    const answer = await refused(() => channelDoors[door]!(open, { query }, { token }));
    expect(answer).toEqual([door === 'SSE' ? 200 : 400, tooComplex]);
  });

  test('a mutation by GET', async () => {
    const query = 'mutation { cancelOrder(orderId: "x") { __typename } }';
    expect(await refused(() => overGet(open, { body: graphqlBody(query), token }))).toEqual([405, 'BAD_REQUEST']);
  });
});

describe('in production', () => {
  const asked: Readonly<Record<string, readonly [object, number, string]>> = {
    introspection: [{ query: '{ __schema { types { name } } }' }, 400, 'INTROSPECTION_DISABLED'],
    'a misspelt field': [{ query: '{ menuCategorys { id } }' }, 400, 'DOCUMENT_NOT_TRUSTED'],
    'a document that nobody registered': [{ query: '{ menuCategories { id } }' }, 400, 'DOCUMENT_NOT_TRUSTED'],
    'an id that nobody registered': [{ documentId: 'sha256:0000' }, 404, 'DOCUMENT_NOT_FOUND'],
  };
  const rows = Object.entries(asked).flatMap(([what, [payload, status, code]]) =>
    Object.entries(channelDoors).map(([door, send]) => ({ what, door, payload, status, code, send })),
  );
  const statusAt = (door: string, status: number) =>
    door === 'WebSocket' ? 400 : door === 'SSE' && status === 400 ? 200 : status;
  test.each(rows)('$what over $door', async ({ payload, status, code, send, door }) => {
    let body = '';
    const answer = await refused(async () => {
      const answered = await send(system.urlOf('web'), payload, { token });
      body = answered.body;
      return answered;
    });
    expect(answer).toEqual([statusAt(door, status), expect.any(String)]);
    expect([code, 'DOCUMENT_NOT_TRUSTED']).toContain(answer[1]);
    expect(body).not.toMatch(/did you mean/i);
  });
});

describe('a token that is none', () => {
  const claims = { roles: ['customer'], bindings: {} };
  const signed = async (
    over: { header?: Partial<JWTHeaderParameters>; audience?: string; issuer?: string; issuedAt?: number } = {},
    key: Parameters<SignJWT['sign']>[0] | undefined = undefined,
  ) => {
    const issuedAt = over.issuedAt ?? Math.floor(Date.now() / 1_000);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', ...over.header })
      .setIssuer(over.issuer ?? developmentIssuer)
      .setAudience(over.audience ?? developmentAudience)
      .setSubject(subject)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + 3_600)
      .sign(key ?? (await importJWK(system.signingKey, 'ES256')));
  };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const wrong: Readonly<Record<string, () => Promise<string>>> = {
    'alg none': async () => `${part({ alg: 'none', typ: 'at+jwt' })}.${(await signed()).split('.')[1]}.`,
    'HS256 with the public key': () =>
      signed({ header: { alg: 'HS256' } }, Buffer.from(JSON.stringify(publicHalf(system.signingKey)))),
    'another audience': () => signed({ audience: 'somebody-else' }),
    'another issuer': () => signed({ issuer: 'https://idp.example.com' }),
    'an id token': () => signed({ header: { typ: 'JWT' } }),
    'one that has expired': () => signed({ issuedAt: Math.floor(Date.now() / 1_000) - 7_200 }),
    'one from the future': () => signed({ issuedAt: Math.floor(Date.now() / 1_000) + 7_200 }),
    'one changed byte': async () => {
      const [head, , signature] = (await signed()).split('.');
      return `${head}.${part({ ...claims, sub: seedId('customer', 2) })}.${signature}`;
    },
    rubbish: () => Promise.resolve('x'.repeat(9_000)),
  };
  const payload = { query: '{ me { id } menuCategories { id } }' };
  const restUrl = (path: string) => new URL(path, system.urlOf('rest')).href;
  const doors: Readonly<Record<string, readonly [number, (bearer: string) => Promise<Answered>]>> = {
    HTTP: [401, (bearer) => overHttp(open, { body: JSON.stringify(payload), token: bearer })],
    GET: [401, (bearer) => overGet(open, { body: JSON.stringify(payload), token: bearer })],
    SSE: [401, (bearer) => overEventStream(open, { body: JSON.stringify(payload), token: bearer })],
    WebSocket: [4403, (bearer) => overWebSocket(open, { body: subscribe(payload), token: bearer })],
    REST: [401, (bearer) => overHttp(restUrl('/v1/customers/me'), { method: 'GET', token: bearer })],
    'a feed of REST': [
      401,
      (bearer) => overEventStream(restUrl(`/v1/orders/${randomUUID()}/events`), { method: 'GET', token: bearer }),
    ],
    MCP: [401, (bearer) => overHttp(new URL('/mcp', system.urlOf('web')).href, { body: mcpCall, token: bearer })],
    'a subgraph': [401, (bearer) => overHttp(inner.subgraphUrl, { body: JSON.stringify(payload), token: bearer })],
    gRPC: [16, (bearer) => overGrpc(inner.grpcUrl, parkedMethod, { token: bearer })],
  };
  const rows = Object.keys(wrong).flatMap((what) => Object.keys(doors).map((door) => ({ what, door })));
  test.each(rows)('$what at $door', async ({ what, door }) => {
    const [status, send] = doors[door]!;
    const bearer = await wrong[what]!();
    expect((await refused(() => send(bearer)))[0]).toBe(status);
  });

  test.each(['a subgraph', 'gRPC'])('a good token of a client at %s', async (door) => {
    const [status, send] = doors[door]!;
    expect((await refused(() => send(token)))[0]).toBe(status);
  });

  test('the token of a service for another one, at a subgraph and over gRPC', async () => {
    const elsewhere = await system.identity.mintInternalToken(servicePrincipal('staff'), 'payments');
    expect((await doors['a subgraph']![1](elsewhere)).status).toBe(401);
    expect((await doors['gRPC']![1](elsewhere)).status).toBe(16);
    const notACaller = await system.identity.mintInternalToken(servicePrincipal('loyalty'), 'orders');
    expect((await doors['gRPC']![1](notACaller)).status).toBe(7);
  });
});

const parkedMethod = '/drburger.platform.v1.ParkedEventService/ListParked';
const mcpCall = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });

describe('headers that say who somebody is', () => {
  const headers = {
    'x-user-id': seedId('customer', 1),
    'x-roles': 'admin',
    'x-principal': '{"kind":"service","subject":"orders","scopes":["admin"]}',
    'x-forwarded-user': 'admin',
    'x-apollo-operation-name': 'admin',
    actor: 'service:orders',
    authorization: '',
  };
  test.each(['HTTP', 'GET', 'SSE', 'WebSocket'])('are not believed over %s', async (door) => {
    const { code, body } = await channelDoors[door]!(
      open,
      { query: '{ me { id } order(orderId: "x") { id } }' },
      { headers },
    );
    expect([code, body]).toEqual(['UNAUTHENTICATED', expect.stringContaining('"me":null')]);
  });
  test('nor by REST, a subgraph and gRPC', async () => {
    const me = new URL('/v1/customers/me', system.urlOf('rest')).href;
    expect(await refused(() => overHttp(me, { method: 'GET', headers }))).toEqual([401, 'UNAUTHENTICATED']);
    const body = graphqlBody('{ _service { sdl } }');
    expect(await refused(() => overHttp(inner.subgraphUrl, { body, headers }))).toEqual([401, 'UNAUTHENTICATED']);
    expect((await refused(() => overGrpc(inner.grpcUrl, parkedMethod, { headers })))[0]).toBe(16);
  });
});

describe('a body', () => {
  const internal = () => system.identity.mintInternalToken(servicePrincipal('staff'), 'orders');
  const orders = () => new URL('/v1/orders', system.urlOf('rest')).href;
  const webhook = () => `${system.webhooks.url}/webhooks/payments`;
  const rows: [string, number, () => Promise<Answered>][] = [
    ['over the limit, HTTP', 413, () => overHttp(open, { body: graphqlBody(`{ a } #${'x'.repeat(200_000)}`), token })],
    ['over the limit, SSE', 413, () => overEventStream(open, { body: 'x'.repeat(200_000), token })],
    ['over the limit, GET', 431, () => overGet(open, { body: graphqlBody(`{ a } #${'x'.repeat(200_000)}`), token })],
    ['over the limit, WebSocket', 1009, () => overWebSocket(open, { body: 'x'.repeat(200_000), token })],
    ['over the limit, REST', 413, () => overHttp(orders(), { body: JSON.stringify('x'.repeat(200_000)), token })],
    [
      'over the limit, subgraph',
      413,
      async () => overHttp(inner.subgraphUrl, { body: 'x'.repeat(3_000_000), token: await internal() }),
    ],
    [
      'over the limit, gRPC',
      8,
      async () => overGrpc(inner.grpcUrl, parkedMethod, { body: 'x'.repeat(5_000_000), token: await internal() }),
    ],
    ['over the limit, webhook', 413, () => overHttp(webhook(), { body: 'x'.repeat(100_000) })],
    ['of half a JSON, HTTP', 400, () => overHttp(open, { body: '{"query":"{ a', token })],
    ['of half a JSON, SSE', 400, () => overEventStream(open, { body: '{"query":"{ a', token })],
    ['of half a JSON, WebSocket', 4400, () => overWebSocket(open, { body: '{"id":"1","type":"subscr', token })],
    ['of half a JSON, REST', 400, () => overHttp(orders(), { body: '{"storeId":', token })],
    [
      'of half a JSON, subgraph',
      400,
      async () => overHttp(inner.subgraphUrl, { body: '{"que', token: await internal() }),
    ],
    [
      // INTERNAL: what gRPC itself demands of a server for a message that it cannot parse.
      'that is no message, gRPC',
      13,
      async () => overGrpc(inner.grpcUrl, parkedMethod, { body: '\xff\xff\xff{', token: await internal() }),
    ],
    ['of a list of requests, HTTP', 400, () => overHttp(open, { body: '[{"query":"{ a }"}]', token })],
    ['of a list of messages, WebSocket', 4400, () => overWebSocket(open, { body: '[{"type":"ping"}]', token })],
    [
      'with __proto__ as a key, HTTP',
      400,
      () => overHttp(open, { body: '{"query":"{ a }","variables":{"__proto__":{"admin":true}}}', token }),
    ],
    ['with __proto__ as a key, REST', 400, () => overHttp(orders(), { body: '{"__proto__":{"admin":true}}', token })],
    ['of the wrong types, REST', 400, () => overHttp(orders(), { body: '{"storeId":7,"lines":"x"}', token })],
    [
      'as text, HTTP',
      400,
      () => overHttp(open, { body: graphqlBody('{ a }'), token, headers: { 'content-type': 'text/plain' } }),
    ],
    ['as text, REST', 415, () => overHttp(orders(), { body: '{}', token, headers: { 'content-type': 'text/plain' } })],
    [
      'by a GET that other sites can send',
      400,
      () => overGet(open, { body: graphqlBody('{ a }'), headers: { 'graphql-require-preflight': '' } }),
    ],
  ];
  test.each(rows)('%s: %i', async (_what, status, send) => expect((await refused(send))[0]).toBe(status));

  test('leaves prototypes clean', () =>
    expect([({} as { admin?: unknown }).admin, Object.keys(Object.prototype)]).toEqual([undefined, []]));

  test.each([0, -1, 2_147_483_647, 3e9, 1.5, '2'])('with a quantity of %s places no order at any door', async (n) => {
    const input = {
      ...orderInput('TAKEAWAY'),
      lines: [{ menuItemId: seedId('menuItem', 'cheeseburger'), quantity: n }],
    };
    const client = system.client('web', { role: 'customer', subject });
    const { data } = await client.mutate(PlaceOrderDocument, { input: input as never });
    expect(data?.placeOrder.__typename ?? 'refused').not.toBe('PlaceOrderSuccess');
    const { status } = await overHttp(orders(), { body: JSON.stringify(input), token });
    expect([400, 409, 422]).toContain(status);
    expect(await ordersOf(subject)).toBe(0);
  });
});

const ordersOf = async (customerId: string): Promise<number> =>
  (await system.subgraph('orders').domain.pool.query('select from orders where customer_id = $1', [customerId]))
    .rowCount ?? 0;

describe('a signed request', () => {
  const path = () => new URL('/v1/stores?page[size]=1', system.urlOf('rest')).href;
  const ask = (headers: Record<string, string>, url = path()) => overHttp(url, { method: 'GET', headers });
  const signed = (choices: SignatureChoices = {}, key = apiKey) => signRequest({ url: path() }, key, choices);
  const now = () => Math.floor(Date.now() / 1_000);

  test('that is good once is refused when it is replayed', async () => {
    const headers = signed();
    expect((await ask(headers)).status).toBe(200);
    expect(await refused(() => ask(headers))).toEqual([401, 'UNAUTHENTICATED']);
  });
  test.each<[string, () => Promise<Answered>]>([
    ['303 s late', () => ask(signed({ created: now() - 303 }))],
    ['303 s early', () => ask(signed({ created: now() + 303 }))],
    ['for another address', () => ask(signed(), `${path()}&page[after]=x`)],
    [
      'with one byte of the signature changed',
      () => {
        const headers = signed();
        const signature = headers['signature']!;
        return ask({ ...headers, signature: signature.replace(/=:(.)/, (_, c) => `=:${c === 'A' ? 'B' : 'A'}`) });
      },
    ],
    [
      'without a digest',
      () => {
        const { 'content-digest': _left, ...headers } = signed();
        return ask(headers);
      },
    ],
    ['with the digest of another body', () => ask({ ...signed(), 'content-digest': 'sha-256=:AAAA:' })],
    ['with a key that is none', () => ask(signed({}, `${apiKey.slice(0, -4)}AAAA`))],
  ])('%s is refused', async (_what, send) => expect(await refused(send)).toEqual([401, 'UNAUTHENTICATED']));

  test('with a key that was revoked is refused', async () => {
    const ended = await makeKey();
    await system
      .client('partner', { role: 'partner' })
      .mutate(RevokeApiKeyDocument, { input: { keyId: ended.slice(0, ended.lastIndexOf('_')) } });
    expect(await refused(() => ask(signed({}, ended)))).toEqual([401, 'UNAUTHENTICATED']);
  });

  test('for a document that is another app’s, or nobody’s, is refused', async () => {
    const url = system.urlOf('partner');
    const body = JSON.stringify({ documentId: `sha256:${'0'.repeat(64)}` });
    expect(await refused(() => overHttp(url, { body, headers: signRequest({ url, body }, apiKey) }))).toEqual([
      404,
      'DOCUMENT_NOT_FOUND',
    ]);
  });
});

describe('a WebSocket', () => {
  const payload = {
    query: 'subscription ($storeId: ID!) { menuAvailabilityChanged(storeId: $storeId) { reset } }',
    variables: { storeId: demoStore },
  };
  test('that asks before it has said who it is is closed with 4401', async () =>
    expect((await refused(() => overWebSocket(open, { body: subscribe(payload), init: false })))[0]).toBe(4401));
  test('whose token is over is closed with 4403', async () => {
    const { default: WebSocket } = await import('ws');
    const socket = new WebSocket(open.replace(/^http/, 'ws'), 'graphql-transport-ws');
    await once(socket, 'open');
    const closed = once(socket, 'close');
    const { issueToken } = await import('#platform/identity/developmentIssuer.ts');
    const short = await issueToken(system.signingKey, { subject, roles: ['customer'], lifetimeSeconds: 2 });
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${short}` } }));
    socket.once('message', () => socket.send(subscribe(payload)));
    expect((await closed)[0]).toBe(4403);
  });
  test('has so many subscriptions and no more', async () => {
    const { default: WebSocket } = await import('ws');
    const socket = new WebSocket(open.replace(/^http/, 'ws'), 'graphql-transport-ws');
    await once(socket, 'open');
    const told = { given: 0, refused: new Set<string>() };
    const done = new Promise<void>((resolve) => {
      socket.on('close', () => resolve());
      socket.on('message', (data: Buffer) => {
        const { type, id, payload: said } = JSON.parse(data.toString()) as { type: string; id: string; payload: never };
        if (type === 'connection_ack') for (let n = 0; n < 1_000; n += 1) socket.send(subscribe(payload, String(n)));
        if (type === 'next') told.given += 1;
        if (type === 'error') told.refused.add((said as { extensions: { code: string } }[])[0]!.extensions.code);
        if (type === 'error' && id === '999') resolve();
      });
    });
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
    await done;
    socket.terminate();
    expect([...told.refused]).toEqual(['TOO_MANY_REQUESTS']);
    expect(told.given).toBeLessThanOrEqual(20);
  });
});

describe('a webhook', () => {
  const body = JSON.stringify({ version: '2026-01', type: 'payment.refunded' });
  const post = (id: string, over: { at?: Date; secret?: string; body?: string; drop?: string } = {}) => {
    const at = over.at ?? new Date();
    const headers: Record<string, string> = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(over.secret ?? system.webhooks.secrets['WEBHOOK_PAYMENTS_KEYS']!).sign(
        id,
        at,
        body,
      ),
    };
    if (over.drop) delete headers[over.drop];
    return overHttp(`${system.webhooks.url}/webhooks/payments`, { headers, body: over.body ?? body });
  };
  const minutes = (n: number) => new Date(Date.now() + n * 60_000);
  test.each<[string, () => Promise<Answered>]>([
    ['of another key', () => post('hostile-1', { secret: Buffer.from('another').toString('base64') })],
    ['of six minutes ago', () => post('hostile-2', { at: minutes(-6) })],
    ['of in six minutes', () => post('hostile-3', { at: minutes(6) })],
    ['with one byte changed', () => post('hostile-4', { body: body.replace('refunded', 'refundet') })],
    ['without a signature', () => post('hostile-5', { drop: 'webhook-signature' })],
    ['without an id', () => post('hostile-6', { drop: 'webhook-id' })],
    [
      'with the signature of another source’s scheme',
      () =>
        overHttp(`${system.webhooks.url}/webhooks/payments`, {
          body,
          headers: { 'x-signature': createHmac('sha256', 'k').update(body).digest('hex') },
        }),
    ],
  ])('%s is refused, and not kept', async (_what, send) => {
    const kept = await inbox();
    expect(await refused(send)).toEqual([401, 'UNAUTHENTICATED']);
    expect(await inbox()).toBe(kept);
  });
  test('of a source that is none, by another method, and at another address', async () => {
    const at = (path: string, method = 'POST') => overHttp(system.webhooks.url + path, { method });
    expect((await refused(() => at('/webhooks/nobody')))[0]).toBe(404);
    expect((await refused(() => at('/webhooks/payments', 'GET')))[0]).toBe(405);
    expect((await refused(() => at('/webhooks/__proto__')))[0]).toBe(404);
    expect((await refused(() => at('/webhooks/../../etc/passwd')))[0]).toBe(404);
  });
  const inbox = async (): Promise<number> => {
    const metrics = await (await fetch(system.metricsUrl)).text();
    return [...metrics.matchAll(/^drburger_webhooks_received_total\{.*\} (\d+)$/gm)].reduce(
      (n, [, m]) => n + Number(m),
      0,
    );
  };
});

describe('the port of metrics', () => {
  test.each<[string, number, () => Promise<Answered>]>([
    ['another method', 405, () => overHttp(system.metricsUrl, { method: 'POST', body: '{}' })],
    ['another address', 404, () => overHttp(new URL('/graphql', system.metricsUrl).href, { body: '{}' })],
    [
      'headers without end',
      431,
      () => overHttp(system.metricsUrl, { method: 'GET', headers: { x: 'x'.repeat(80_000) } }),
    ],
  ])('%s: %i', async (_what, status, send) => expect((await refused(send))[0]).toBe(status));
});
