import { randomUUID } from 'node:crypto';
import { SignJWT, exportJWK, generateKeyPair, type JWTHeaderParameters } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { servicePrincipal } from '#platform/identity/principal.ts';
import { deviceAudience } from '#schema/deviceAudience.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';
import { overGrpc, overHttp, type Answered, type Sent } from './doors.ts';
import { openInnerDoors, type InnerDoors } from './innerDoors.ts';

// The doors that do not speak GraphQL: of screens and kiosks, REST, assistants, between the domains, webhooks, metrics;
// and those of OpenID, of which production has none.

let system: TestSystem;
let inner: InnerDoors;
let token: string;

beforeAll(async () => {
  system = await sharedSystem();
  inner = await openInnerDoors(system);
  token = await system.tokenFor({ role: 'customer', subject: randomUUID() });
});
afterAll(() => inner?.close());

const at = (channel: string, path: string): string => new URL(path, system.urlOf(channel)).href;

type PrivateKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

/** Whatever work would leave behind: calls of subgraphs, and rows of devices, orders and webhooks. */
async function work(): Promise<unknown[]> {
  const count = async (domain: string, table: string): Promise<number> => {
    const { rows } = await system
      .subgraph(domain)
      .domain.pool.query<{ n: number }>(`select count(*)::int as n from ${table}`);
    return rows[0]!.n;
  };
  return [
    system.subgraphCalls(),
    await count('stores', 'device'),
    await count('stores', 'device_assertion'),
    await count('orders', 'orders'),
  ];
}

/** Sends something hostile; finds that nothing was done for it, and that the answer gives nothing away. */
async function refused(send: () => Promise<Answered>): Promise<[number, string | undefined]> {
  const before = await work();
  const { status, code, body } = await send();
  expect(await work(), `work was done: ${body.slice(0, 200)}`).toEqual(before);
  expect(body).not.toMatch(/INTERNAL_SERVER_ERROR|\bat .*\.ts:\d|node_modules|select .* from/i);
  return [status, code];
}

type Row = readonly [what: string, status: number, code: string | undefined, send: () => Promise<Answered>];

describe('the door of screens and kiosks', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const post = (path: string, fields: Record<string, string> | string, over: Sent = {}) =>
    overHttp(at('kiosk', path), {
      headers: form,
      body: typeof fields === 'string' ? fields : new URLSearchParams(fields).toString(),
      ...over,
    });
  const grant = {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  };
  const assertionOf = async (
    deviceId: string,
    over: {
      key?: PrivateKey;
      header?: Partial<JWTHeaderParameters>;
      audience?: string;
      age?: number;
      lives?: number;
    } = {},
  ): Promise<string> => {
    const now = Math.floor(Date.now() / 1_000) - (over.age ?? 0);
    return new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg: 'ES256', ...over.header })
      .setIssuer(deviceId)
      .setSubject(deviceId)
      .setAudience(over.audience ?? deviceAudience)
      .setIssuedAt(now)
      .setExpirationTime(now + (over.lives ?? 60))
      .sign(over.key ?? own);
  };
  const prove = (assertion: string, more: Record<string, string> = {}) =>
    post('/device/token', { ...grant, client_assertion: assertion, ...more });
  let own: PrivateKey;
  let device: string;
  beforeAll(async () => {
    const pair = await generateKeyPair('ES256');
    own = pair.privateKey;
    const { x, y } = await exportJWK(pair.publicKey);
    const { status, body } = await post('/device/authorize', { x: x!, y: y! });
    expect(status).toBe(200);
    device = (JSON.parse(body) as { device_code: string }).device_code;
  });

  const rows: Row[] = [
    ['a GET', 405, 'invalid_request', () => overHttp(at('kiosk', '/device/token'), { method: 'GET' })],
    ['JSON', 415, 'invalid_request', () => post('/device/token', '{}', { headers: {} })],
    [
      'no content type',
      415,
      'invalid_request',
      () => post('/device/authorize', 'x=1', { headers: { 'content-type': '' } }),
    ],
    ['a body over the limit', 413, 'invalid_request', () => post('/device/token', 'x'.repeat(9_000))],
    ['a key that is none', 400, 'invalid_request', () => post('/device/authorize', { x: 'AAAA', y: '__proto__' })],
    [
      'a point that is not on the curve',
      400,
      'invalid_request',
      () => post('/device/authorize', { x: 'A'.repeat(43), y: 'A'.repeat(43) }),
    ],
    ['no grant', 400, 'unsupported_grant_type', () => post('/device/token', '__proto__=1')],
    ['a password', 400, 'unsupported_grant_type', () => post('/device/token', { ...grant, grant_type: 'password' })],
    ['no kind of assertion', 401, 'invalid_client', () => post('/device/token', { grant_type: grant.grant_type })],
    ['an assertion that is none', 401, 'invalid_client', () => prove('a.b.c')],
    [
      'an assertion of another key',
      401,
      'invalid_client',
      async () => prove(await assertionOf(device, { key: (await generateKeyPair('ES256')).privateKey })),
    ],
    ['an assertion of no device', 401, 'invalid_client', async () => prove(await assertionOf(randomUUID()))],
    [
      'an assertion for somebody else',
      401,
      'invalid_client',
      async () => prove(await assertionOf(device, { audience: 'somebody-else' })),
    ],
    [
      'an assertion of an hour ago',
      401,
      'invalid_client',
      async () => prove(await assertionOf(device, { age: 3_600 })),
    ],
    [
      'an assertion for a year',
      401,
      'invalid_client',
      async () => prove(await assertionOf(device, { lives: 31_536_000 })),
    ],
    [
      'an assertion without a signature',
      401,
      'invalid_client',
      async () => {
        const [, claims] = (await assertionOf(device)).split('.');
        return prove(`${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`);
      },
    ],
    ['a token of a person in its place', 401, 'invalid_client', () => prove(token)],
    [
      'a device of another channel',
      401,
      'invalid_client',
      async () =>
        overHttp(at('staff', '/device/token'), {
          headers: form,
          body: new URLSearchParams({ ...grant, client_assertion: await assertionOf(device) }).toString(),
        }),
    ],
  ];
  test.each(rows)('%s: %i', async (_what, status, code, send) => expect(await refused(send)).toEqual([status, code]));

  test('no store or role that it names itself gets it in before a manager has entered its code, and no replay', async () => {
    const assertion = await assertionOf(device);
    const claims = { store: 'x', role: 'manager', scope: 'admin', device_code: device };
    const { status, code, body } = await prove(assertion, claims);
    expect([status, code]).toEqual([400, 'authorization_pending']);
    expect(body).not.toContain('token');
    // Too soon as well, but whoever has not signed anew is not told that.
    expect([400, 401]).toContain((await refused(() => prove(assertion)))[0]);
  });

  test('a channel without devices has no such door', async () => {
    for (const path of ['/device/token', '/device/authorize'])
      expect((await refused(() => overHttp(at('web', path), { headers: form, body: 'x=1' })))[0]).toBe(404);
  });
});

describe('the door of assistants', () => {
  const mcp = (body: unknown, over: Sent = {}) =>
    overHttp(at('web', '/mcp'), { token, body: typeof body === 'string' ? body : JSON.stringify(body), ...over });
  const call = (method: string, params: unknown) => ({ jsonrpc: '2.0', id: 1, method, params });
  const rows: (readonly [string, number, () => Promise<Answered>])[] = [
    ['a GET', 405, () => mcp('', { method: 'GET' })],
    ['a DELETE of a session', 405, () => mcp('', { method: 'DELETE', headers: { 'mcp-session-id': 'x' } })],
    [
      'a page of another origin',
      403,
      () => mcp(call('tools/list', {}), { headers: { origin: 'https://evil.example' } }),
    ],
    ['text', 415, () => mcp('{}', { headers: { 'content-type': 'text/plain' } })],
    ['half a JSON', 400, () => mcp('{"jsonrpc":')],
    ['a batch', 400, () => mcp([call('tools/list', {}), call('tools/list', {})])],
    ['no message', 400, () => mcp({ hello: 'there' })],
    ['a body over the limit', 413, () => mcp(call('tools/list', { x: 'x'.repeat(200_000) }))],
    [
      '__proto__ as a key',
      400,
      () => mcp('{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"__proto__":{"a":1}}}'),
    ],
  ];
  test.each(rows)('%s: %i', async (_what, status, send) => expect((await refused(send))[0]).toBe(status));

  test.each(['__proto__', 'constructor', 'introspection', 'PlaceOrderX', '../../etc/passwd'])(
    'a tool of the name %s is none',
    async (name) => {
      const { status, body } = await mcp(call('tools/call', { name, arguments: {} }));
      expect([status, (JSON.parse(body) as { error: { code: number } }).error.code]).toEqual([200, -32_602]);
      expect((await refused(() => mcp(call('tools/call', { name, arguments: {} }))))[0]).toBe(200);
    },
  );
  test('arguments of the wrong kind run nothing', async () => {
    for (const given of [[], 'x', null, { __proto__: null, storeId: { a: 1 } }])
      expect([200, 400]).toContain(
        (await refused(() => mcp(call('tools/call', { name: 'StoreMenuPage', arguments: given }))))[0],
      );
  });
});

describe('REST', () => {
  const get = (path: string, over: Sent = {}) => overHttp(at('rest', path), { method: 'GET', token, ...over });
  const post = (path: string, body: string, over: Sent = {}) => overHttp(at('rest', path), { token, body, ...over });
  const rows: Row[] = [
    ['a path that is none', 404, 'NOT_FOUND', () => get('/v1/__proto__')],
    ['a version that is none', 404, 'NOT_FOUND', () => get('/v9/stores')],
    ['a slash within an id', 404, 'NOT_FOUND', () => get('/v1/orders/%2e%2e%2f%2e%2e%2fetc%2fpasswd/x')],
    [
      'another method',
      405,
      'METHOD_NOT_ALLOWED',
      () => overHttp(at('rest', '/v1/stores'), { method: 'DELETE', token }),
    ],
    ['a parameter that is none', 400, 'INVALID_INPUT', () => get('/v1/stores?__proto__[admin]=true')],
    ['a page without end', 400, 'COST_LIMIT_EXCEEDED', () => get('/v1/stores?page[size]=1000000')],
    ['a list for a body', 400, undefined, () => post('/v1/orders', '[]')],
    ['1,000 levels', 400, undefined, () => post('/v1/orders', `${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}`)],
    [
      '10,000 lines',
      400,
      undefined,
      () => post('/v1/orders', JSON.stringify({ lines: Array.from({ length: 10_000 }, () => 1) })),
    ],
    [
      'nobody’s order',
      401,
      'UNAUTHENTICATED',
      () => overHttp(at('rest', `/v1/orders/${randomUUID()}`), { method: 'GET' }),
    ],
    ['headers without end', 431, undefined, () => get('/v1/stores', { headers: { x: 'x'.repeat(80_000) } })],
  ];
  test.each(rows)('%s: %i', async (_what, status, code, send) => {
    const [given, told] = await refused(send);
    expect([given, code === undefined ? undefined : told]).toEqual([status, code]);
  });
  test('a page of less than nothing is refused by whose list it is', async () => {
    const { status, code } = await get('/v1/stores?page[size]=-1');
    expect([status, code]).toEqual([400, 'INVALID_INPUT']);
  });
});

describe('between the domains', () => {
  const method = '/drburger.platform.v1.ParkedEventService/ListParked';
  const internal = () => system.identity.mintInternalToken(servicePrincipal('staff'), 'orders');
  const rows: (readonly [string, number, () => Promise<Answered>])[] = [
    ['nobody', 16, () => overGrpc(inner.grpcUrl, method, {})],
    [
      'whose word it is, said by nobody',
      16,
      () => overGrpc(inner.grpcUrl, method, { headers: { 'on-behalf-of': 'user:admin', 'x-roles': 'admin' } }),
    ],
    [
      'two tokens',
      16,
      async () => overGrpc(inner.grpcUrl, method, { token: `${await internal()}, Bearer ${await internal()}` }),
    ],
    [
      'a packing that nobody knows',
      12,
      async () => overGrpc(inner.grpcUrl, method, { token: await internal(), headers: { 'grpc-encoding': 'bomb' } }),
    ],
  ];
  test.each(rows)('%s: %i', async (_what, status, send) => expect((await refused(send))[0]).toBe(status));
});

test.each([
  '/drburger.platform.v1.ParkedEventService/DropAll',
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
])('between the domains there is no %s', async (path) => {
  const bearer = await system.identity.mintInternalToken(servicePrincipal('staff'), 'orders');
  let headers: Answered['headers'] = {};
  await refused(async () => {
    const answered = await overGrpc(inner.grpcUrl, path, { token: bearer });
    headers = answered.headers;
    return answered;
  });
  expect(headers[':status']).toBe(404);
});

describe('the doors of webhooks', () => {
  const door = (path: string, over: Sent = {}) => overHttp(system.webhooks.url + path, { body: '{}', ...over });
  const relay = (path: string, over: Sent = {}) => overHttp(new URL(path, system.webhookRelayUrl).href, over);
  const rows: (readonly [string, number, () => Promise<Answered>])[] = [
    ['of others: GraphQL', 404, () => door('/graphql')],
    ['of others: metrics', 404, () => door('/metrics', { method: 'GET', body: '' })],
    ['of others: headers without end', 431, () => door('/webhooks/payments', { headers: { x: 'x'.repeat(80_000) } })],
    ['of others: a delivery partner without a signature', 401, () => door('/webhooks/velo')],
    ['of others: a name with a null', 404, () => door('/webhooks/payments%00')],
    ['of ours: something to send', 405, () => relay('/send', { body: '{"url":"http://127.0.0.1"}' })],
    ['of ours: other keys', 405, () => relay('/.well-known/jwks.json', { body: '{"keys":[]}' })],
    ['of ours: private keys', 404, () => relay('/.well-known/../jwks', { method: 'GET' })],
    [
      'of ours: headers without end',
      431,
      () => relay('/.well-known/jwks.json', { method: 'GET', headers: { x: 'x'.repeat(80_000) } }),
    ],
  ];
  test.each(rows)('%s: %i', async (_what, status, send) => expect((await refused(send))[0]).toBe(status));

  test('the keys that the relay publishes are public halves', async () => {
    const { status, body } = await relay('/.well-known/jwks.json', { method: 'GET' });
    expect(status).toBe(200);
    expect((JSON.parse(body) as { keys: object[] }).keys.every((key) => !('d' in key) && !('k' in key))).toBe(true);
  });
});

describe('OpenID', () => {
  const paths = ['/.well-known/openid-configuration', '/auth', '/token', '/jwks', '/session/end', '/interaction/x'];
  test.each(paths)('has no door at %s of a channel in production', async (path) => {
    for (const channel of ['web', 'staff'])
      for (const send of [{ method: 'GET' }, { body: 'grant_type=password' }])
        expect((await refused(() => overHttp(at(channel, path), send)))[0], channel).toBe(404);
  });
});

describe('the port of metrics', () => {
  test.each<[string, number, Sent, string]>([
    ['DELETE', 405, { method: 'DELETE' }, '/metrics'],
    ['PUT', 405, { method: 'PUT', body: 'x 1' }, '/metrics'],
    ['a path that leads elsewhere', 404, { method: 'GET' }, '/metrics/../health/live'],
    ['a profile of the process', 404, { method: 'GET' }, '/debug/pprof'],
  ])('%s: %i', async (_what, status, sent, path) =>
    expect((await refused(() => overHttp(new URL(path, system.metricsUrl).href, sent)))[0]).toBe(status),
  );
});
