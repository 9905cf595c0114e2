import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { issueToken, newSigningKey } from '#platform/identity/developmentIssuer.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { cheeseburgers, orderInput } from '../harness/placing.ts';
import { demoStore, startTestSystem, type TestSystem } from '../harness/startTestSystem.ts';

// In development every document is let in: what refuses it is neither a list nor a contract.
let system: TestSystem;
let token: string;
beforeAll(async () => {
  system = await startTestSystem({ profile: 'development', channels: ['web'] });
  token = await system.tokenFor({ role: 'customer' });
});

interface Answer {
  readonly status: number;
  readonly body: string;
}

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly anonymous?: boolean;
}

/** Whatever is sent, as it is: nothing of it is put right by a client. */
function send(
  body: string,
  { method = 'POST', path = '/graphql', headers = {}, anonymous = false }: Sent = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        method,
        path,
        port: new URL(system.urlOf('web')).port,
        host: '127.0.0.1',
        headers: {
          ...(method === 'POST' && { 'content-type': 'application/json' }),
          accept: 'application/graphql-response+json',
          ...(!anonymous && { authorization: `Bearer ${token}` }),
          ...headers,
        },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      },
    );
    // A server that has refused need not read to the end.
    sent.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EPIPE' || error.code === 'ECONNRESET' ? undefined : reject(error),
    );
    sent.end(body);
  });
}
const ask = (query: string, variables?: object) => send(JSON.stringify({ query, variables }));

const bomb = (levels: number) =>
  `{ stores { ...f0 } } ${Array.from({ length: levels }, (_, n) => `fragment f${n} on StoreConnection { ${n === levels - 1 ? 'pageInfo { hasNextPage }' : `...f${n + 1} ...f${n + 1}`} }`).join(' ')}`;
const nested = (depth: number) =>
  `${'{ stores { edges { node { menu { sections { entries { edges { node { item '.repeat(depth)}${'}'.repeat(depth * 9)}`;

test.each<[string, string]>([
  ['a fragment bomb of 10 levels', bomb(10)],
  ['a fragment bomb of 13 levels', bomb(13)],
  ['a fragment in itself', '{ stores { ...f } } fragment f on StoreConnection { edges { cursor } ...f }'],
  ['depth 20', `{ a: stores { ${'edges { node { '.repeat(10)} id ${'} }'.repeat(10)} } }`],
  ['depth 6,000', `{ ${'a { '.repeat(6_000)} b ${'}'.repeat(6_000)} }`],
  ['depth 1,300', `{ ${'a { '.repeat(1_300)} b ${'}'.repeat(1_300)} }`],
  ['depth 1,900', `{ ${'a { '.repeat(1_900)} b ${'}'.repeat(1_900)} }`],
  ['thousands of levels in one argument', `{ stores(filter: ${'['.repeat(20_000)}) { pageInfo { hasNextPage } } }`],
  ['what repeats itself over and over', nested(3)],
  ['1,000 aliases', `{ ${Array.from({ length: 1_000 }, (_, n) => `a${n}: menuCategories { id }`).join(' ')} }`],
  [
    '100 aliased mutations',
    `mutation { ${Array.from({ length: 100 }, (_, n) => `a${n}: cancelOrder(orderId: "x") { __typename }`).join(' ')} }`,
  ],
  ['500 directives', `{ menuCategories { id ${'@include(if: true) '.repeat(500)} } }`],
  ['__proto__ as an alias', '{ __proto__: menuCategories { id } }'],
  ['the door of a subgraph', '{ _service { sdl } }'],
  ['entities of a subgraph', '{ _entities(representations: []) { __typename } }'],
])('%s is refused with 400', async (_what, query) => {
  const before = await facts();
  const { status, body } = await ask(query);
  expect([status, body.slice(0, 300)]).toEqual([400, expect.stringContaining('"errors"')]);
  expect(await facts()).toBe(before);
});

test.each<[string, () => Promise<Answer>, number]>([
  ['an array of requests', () => send(JSON.stringify([{ query: '{ menuCategories { id } }' }])), 400],
  [
    'a GET without a header that other sites cannot send',
    () => send('', { method: 'GET', path: '/graphql?query=%7BmenuCategories%7Bid%7D%7D', anonymous: true }),
    400,
  ],
  [
    'a token with white space in its signature',
    () =>
      send('{"query":"{ menuCategories { id } }"}', {
        headers: { authorization: `Bearer ${token.slice(0, -4)} ${token.slice(-4)}` },
      }),
    401,
  ],
  [
    'a POST as text',
    () => send('{"query":"{ menuCategories { id } }"}', { headers: { 'content-type': 'text/plain' } }),
    400,
  ],
  [
    'a mutation by GET',
    () =>
      send('', {
        method: 'GET',
        path: `/graphql?query=${encodeURIComponent('mutation { cancelOrder(orderId: "x") { __typename } }')}`,
        headers: { 'graphql-require-preflight': '1' },
      }),
    405,
  ],
  ['JSON that breaks off', () => send('{"query":"{ menuCategories'), 400],
  [
    '__proto__ as a key',
    () => send('{"query":"{ menuCategories { id } }","variables":{"__proto__":{"admin":true}}}'),
    400,
  ],
  [
    'a body over the limit',
    () => send(JSON.stringify({ query: `{ menuCategories { id } } #${'x'.repeat(200_000)}` })),
    413,
  ],
  ['a document that nobody registered', () => send(JSON.stringify({ documentId: 'sha256:0000' })), 404],
  ['a number for the query', () => send('{"query":1}'), 400],
  ['null', () => send('null'), 400],
  ['nothing', () => send(''), 400],
])('%s: %#', async (_what, sent, status) => expect((await sent()).status).toBe(status));

test('names that every object has are answered like others', async () => {
  const { status, body } = await ask('{ constructor: menuCategories { toString: id } }');
  const { data, errors } = JSON.parse(body) as { data: unknown; errors?: unknown };
  expect([status, data, errors]).toEqual([
    200,
    { constructor: expect.arrayContaining([{ toString: expect.any(String) as string }]) as unknown },
    undefined,
  ]);
});

test('prototypes are clean afterwards', () =>
  expect([({} as { admin?: unknown }).admin, Object.keys(Object.prototype)]).toEqual([undefined, []]));

describe('somebody', () => {
  const me = '{ me { id } menuCategories { id } }';
  const as = (headers: Record<string, string>) => send(JSON.stringify({ query: me }), { headers });
  const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url');

  test('with a token that is none is nobody: 401', async () => {
    const [, claims = '', signature = ''] = token.split('.');
    const other = await newSigningKey();
    const long = new Date(Date.now() - 86_400_000);
    const wrong: Record<string, string> = {
      'alg none': `${part({ alg: 'none', typ: 'at+jwt' })}.${claims}.`,
      HS256: `${part({ alg: 'HS256', typ: 'at+jwt' })}.${claims}.${signature}`,
      'another key': await issueToken(other, { subject: seedId('customer', 1), roles: ['customer'] }),
      ended: await issueToken(other, { subject: seedId('customer', 1), roles: ['customer'], now: long }),
      'another subject': `${token.split('.')[0]}.${part({ ...(JSON.parse(Buffer.from(claims, 'base64url').toString()) as object), sub: seedId('customer', 2) })}.${signature}`,
      'a customer whose id is none': await system.tokenFor({ role: 'customer', subject: "x' OR true --" }),
      rubbish: 'x',
      nothing: '',
    };
    for (const [what, bearer] of Object.entries(wrong))
      expect((await as({ authorization: `Bearer ${bearer}` })).status, what).toBe(401);
  });

  test('without a token is not believed what headers say, and gets the rest of the page', async () => {
    const headers = {
      'x-user-id': seedId('customer', 1),
      'x-roles': 'admin',
      'x-scopes': 'admin',
      'x-principal': '{"scopes":["admin"]}',
      'x-forwarded-user': 'admin',
      authorization: '',
    };
    const { status, body } = await as(headers);
    const { data } = JSON.parse(body) as { data: { me: unknown; menuCategories: unknown[] } };
    expect([status, data.me]).toEqual([200, null]);
    expect(data.menuCategories.length).toBeGreaterThan(0);
  });

  test('finds no way around a guard by fragments and aliases; the rest is answered', async () => {
    const { body } = await send(
      JSON.stringify({
        query:
          '{ a: order(orderId: "x") { ...o } ...q b: menuCategories { id } } fragment o on Order { id } fragment q on Query { c: me { orders { edges { node { id } } } } }',
      }),
      { headers: { authorization: '' } },
    );
    const { data, errors } = JSON.parse(body) as {
      data: Record<string, unknown>;
      errors: { extensions: { code: string } }[];
    };
    expect(data).toMatchObject({ a: null, c: null, b: expect.any(Array) as unknown[] });
    expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(new Set(['UNAUTHENTICATED']));
  });
});

const order = (over: object) =>
  send(JSON.stringify({ query: printed, variables: { input: { ...orderInput('TAKEAWAY'), ...over } } }));
const printed = 'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { __typename } }';
const line = (over: object) => ({ lines: [{ ...cheeseburgers, ...over }] });

test.each<[string, object]>([
  ['none of it', line({ quantity: 0 })],
  ['less than nothing', line({ quantity: -1 })],
  ['more than there are numbers', line({ quantity: 3e9 })],
  ['the most there is', line({ quantity: 2_147_483_647 })],
  ['one and a half', line({ quantity: 1.5 })],
  ['many as a text', line({ quantity: '2' })],
  ['10,000 lines', { lines: Array.from({ length: 10_000 }, () => cheeseburgers) }],
  ['1,000 lines', { lines: Array.from({ length: 1_000 }, () => cheeseburgers) }],
  ['no lines', { lines: [] }],
  ['no such item', line({ menuItemId: seedId('customer', 1) })],
  ['an id that is none', line({ menuItemId: "' OR 1=1 --" })],
  ['no such modifier', line({ modifiers: [{ modifierId: seedId('store', 1), quantity: 1 }] })],
  [
    'a modifier less than nothing',
    line({ modifiers: [{ modifierId: seedId('modifier', 'extra-cheese'), quantity: -5 }] }),
  ],
  ['a store that is none', { storeId: '%' }],
  ['a key that is empty', { idempotencyKey: '' }],
  ['a key without end', { idempotencyKey: 'k'.repeat(50_000) }],
  ['a key with a zero byte', { idempotencyKey: 'a\u0000b' }],
  ['a method with a zero byte', { payment: { methodToken: 'tok_\u0000' } }],
  ['a total that is no such price', { expectedTotal: -1 }],
  ['a delivery to nowhere', { service: 'DELIVERY', addressVersionId: 'x' }],
  ['a service that is none', { service: 'TELEPORT' }],
])('an order of %s is refused clearly, and never with 500', async (_what, over) => {
  const before = await facts();
  const { status, body } = await order(over);
  expect(status, body.slice(0, 300)).toBeLessThan(500);
  expect(body).not.toMatch(/INTERNAL_SERVER_ERROR|PlaceOrderSuccess/);
  expect(body).toMatch(status === 200 ? /"__typename":"Order[A-Z]\w+"|"errors"/ : /"errors"/);
  expect(await facts()).toBe(before);
});

describe('a stream', () => {
  const subscription = 'subscription ($storeId: ID!) { menuAvailabilityChanged(storeId: $storeId) { reset } }';
  const payload = { query: subscription, variables: { storeId: demoStore } };

  async function socket(): Promise<{
    readonly to: WebSocket;
    readonly closed: Promise<number>;
    readonly next: (ids: number) => Promise<void>;
  }> {
    const to = new WebSocket(system.urlOf('web').replace(/^http/, 'ws'), 'graphql-transport-ws');
    const closed = once(to, 'close').then(([code]) => code as number);
    const told = new Set<string>();
    to.on('message', (data: Buffer) => {
      const { type, id } = JSON.parse(data.toString()) as { type: string; id?: string };
      if (type === 'next' || type === 'error') told.add(id!);
      if (type === 'connection_ack') to.emit('acknowledged');
    });
    await once(to, 'open');
    const acknowledged = once(to, 'acknowledged');
    to.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
    await acknowledged;
    return { to, closed, next: async (ids) => void (await until(() => told.size >= ids)) };
  }

  test('of an id of 94 kB closes its socket', async () => {
    const { to, closed } = await socket();
    to.send(JSON.stringify({ id: 'i'.repeat(94_000), type: 'subscribe', payload }));
    expect(await closed).toBe(4400);
  });

  test('with a variable that its document does not declare is served without it', async () => {
    const { to, closed, next } = await socket();
    to.send(
      JSON.stringify({
        id: '1',
        type: 'subscribe',
        payload: { ...payload, variables: { ...payload.variables, more: 'x'.repeat(50_000) } },
      }),
    );
    await next(1);
    to.close(1000);
    expect(await closed).toBe(1000);
  });

  test('asked for 6,000 times in one burst is given, or refused, once for each, while others are served', async () => {
    const { to, closed, next } = await socket();
    for (let id = 0; id < 6_000; id += 1) to.send(JSON.stringify({ id: String(id), type: 'subscribe', payload }));
    expect((await ask('{ menuCategories { id } }')).status).toBe(200);
    await Promise.race([next(6_000), closed]);
    to.terminate();
    await closed;
  });

  test('over HTTP, asked for 140 times on one connection that is then closed, leaves its places to others', async () => {
    const { hostname, port } = new URL(system.urlOf('web'));
    const asked = `GET /graphql?query=${encodeURIComponent(subscription)}&variables=${encodeURIComponent(JSON.stringify(payload.variables))} HTTP/1.1\r\nhost: ${hostname}\r\naccept: text/event-stream\r\ngraphql-require-preflight: 1\r\nauthorization: Bearer ${token}\r\n\r\n`;
    for (let connection = 0; connection < 20; connection += 1) {
      const line = connect(Number(port), hostname);
      line.write(asked.repeat(140));
      await once(line, 'data');
      line.destroy();
    }
    const { to, closed, next } = await socket();
    to.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
    await next(1);
    to.terminate();
    await closed;
    const answer = await fetch(
      `${system.urlOf('web')}?query=${encodeURIComponent(subscription)}&variables=${encodeURIComponent(JSON.stringify(payload.variables))}`,
      {
        headers: { accept: 'text/event-stream', 'graphql-require-preflight': '1', authorization: `Bearer ${token}` },
      },
    );
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/event-stream'),
    ]);
    await answer.body?.cancel();
  });
});

test('the store serves on', async () => {
  expect((await order({})).body).toContain('PlaceOrderSuccess');
  expect((await ask(`{ store(id: "${demoStore}") { acceptingOrders } }`)).body).toContain('true');
});

/** Orders and payments there are, as a number: whether anything was done. */
async function facts(): Promise<number> {
  const counts = await Promise.all(
    subgraphs
      .filter(({ name }) => name === 'orders' || name === 'payments')
      .map(({ name }) =>
        system.subgraph(name).domain.pool.query<{ count: string }>('SELECT count(*) FROM platform.event'),
      ),
  );
  return counts.reduce((sum, { rows }) => sum + Number(rows[0]!.count), 0);
}
