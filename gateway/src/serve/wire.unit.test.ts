import { randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { brotliCompressSync, deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fixture, type Fixture } from '../testkit/fixtureGraph.ts';
import { RawConnection } from '#platform/testkit/rawConnection.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';

let parts: Fixture;
let channel: ServedChannel;
const connections: RawConnection[] = [];

beforeAll(async () => {
  parts = await fixture();
  channel = await serveFixture(parts);
});
afterAll(() => channel.close());
afterEach(() => connections.splice(0).forEach((each) => each.close()));

const raw = () => {
  const connection = new RawConnection(channel.port);
  connections.push(connection);
  return connection;
};
/** Uses Node's own client, since fetch would add headers and decompress answers. */
const send = (
  headers: Record<string, string>,
  body: string | Buffer = '',
  { method = 'POST', path = '/graphql' } = {},
) =>
  new Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port: channel.port,
        path,
        method,
        headers: { 'content-type': 'application/json', ...headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('end', () =>
            resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
          );
      },
    );
    request.on('error', reject).end(body);
  });
const query = '{"query":"{shops{id}}"}';
/** In development the cost is told, too. */
const shops = '{"data":{"shops":[{"id":"1"},{"id":"2"}]},"extensions":{"cost":{"estimated":10,"limit":20000}}}';
const long = JSON.stringify({ query: '{__schema{types{kind name description fields{name description args{name}}}}}' });
const h2c = [
  'Connection: Upgrade, HTTP2-Settings',
  'Upgrade: h2c',
  'HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
];

describe('an offer to upgrade to another protocol is ignored, and the request answered over HTTP/1.1', () => {
  it.each([
    [
      'a POST with h2c',
      [
        'POST /graphql HTTP/1.1',
        'Host: x',
        ...h2c,
        'Content-Type: application/json',
        `Content-Length: ${query.length}`,
      ],
      query,
      shops,
    ],
    [
      'a POST with h2c in chunks',
      ['POST /graphql HTTP/1.1', 'Host: x', ...h2c, 'Content-Type: application/json', 'Transfer-Encoding: chunked'],
      `${query.length.toString(16)}\r\n${query}\r\n0\r\n\r\n`,
      shops,
    ],
    ['health with h2c', ['GET /health/live HTTP/1.1', 'Host: x', ...h2c], '', '{"status":"live"}'],
    [
      'a GET with TLS within',
      ['GET /health/live HTTP/1.1', 'Host: x', 'Connection: upgrade', 'Upgrade: TLS/1.0, HTTP/2.0'],
      '',
      '{"status":"live"}',
    ],
  ])('%s', async (_what, lines, body, answer) => {
    const connection = raw().send(lines, body);
    expect(await connection.until(/\}$/)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(connection.heard.split('\r\n\r\n')[1]).toBe(answer);
    // The connection can be used for further requests.
    connection.heard = '';
    expect(await connection.send(['GET /health/live HTTP/1.1', 'Host: x']).until(/\}$/)).toContain('{"status":"live"}');
  });
});

it.each([
  ['gzip', true],
  ['GZIP', true],
  ['gzip;q=0', false],
  ['gzip; q=0.000, identity', false],
  ['identity;q=1, *;q=0', false],
  ['br', false],
  ['*', true],
  ['identity;q=0, gzip', true],
])('an answer to Accept-Encoding: %s is compressed: %s', async (accept, compressed) => {
  const { status, headers, body } = await send({ 'accept-encoding': accept }, long);
  expect([status, headers['content-encoding'], headers['vary']]).toEqual([
    200,
    compressed ? 'gzip' : undefined,
    'Authorization, Accept, Accept-Encoding',
  ]);
  expect(JSON.parse(String(compressed ? gunzipSync(body) : body))).toMatchObject({ data: { __schema: {} } });
});

it('a request that accepts no kind of answer is refused with 406 before it is executed', async () => {
  const calls = parts.calls.length;
  expect((await send({ 'accept-encoding': 'br, identity;q=0' }, query)).status).toBe(406);
  expect((await send({ accept: '*/*;q=0' }, query)).status).toBe(406);
  expect(parts.calls.length).toBe(calls);
});

it.each<[string, Record<string, string>, Buffer | string, number]>([
  ['gzip', { 'content-encoding': 'gzip' }, gzipSync(query), 200],
  ['x-gzip', { 'content-encoding': 'X-Gzip' }, gzipSync(query), 200],
  ['deflate', { 'content-encoding': 'deflate' }, deflateSync(query), 200],
  ['br', { 'content-encoding': 'br' }, brotliCompressSync(query), 200],
  ['as it is', { 'content-encoding': 'identity' }, query, 200],
  ['zstd', { 'content-encoding': 'zstd' }, query, 415],
  ['twice', { 'content-encoding': 'gzip, gzip' }, gzipSync(gzipSync(query)), 415],
  ['gzip that is none', { 'content-encoding': 'gzip' }, query, 400],
  ['gzip that is cut off', { 'content-encoding': 'gzip' }, gzipSync(query).subarray(0, -6), 400],
  ['gzip of nothing', { 'content-encoding': 'gzip' }, '', 400],
  ['a gzip bomb', { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(64 * 1024 * 1024)), 413],
  ['a brotli bomb', { 'content-encoding': 'br' }, brotliCompressSync(Buffer.alloc(64 * 1024 * 1024)), 413],
  ['a charset in capitals', { 'content-type': 'application/json; charset="UTF-8"; x=y' }, query, 200],
  ['another charset', { 'content-type': 'application/json; charset=iso-8859-1' }, query, 415],
  ['a byte order mark', {}, `\uFEFF${query}`, 200],
  ['what is no UTF-8', {}, Buffer.from([0x7b, 0xff, 0x7d]), 400],
])('a body, %s, is answered as it should be', async (_what, headers, body, status) => {
  const answer = await send(headers, body);
  expect(answer.status).toBe(status);
  if (status === 415 && headers['content-encoding'])
    expect(answer.headers['accept-encoding']).toBe('gzip, deflate, br');
});

it.each([
  ['the whole address', ['GET http://elsewhere.example/health/live HTTP/1.1', 'Host: x'], 200],
  ['percent signs', ['GET /%68ealth/l%69ve HTTP/1.1', 'Host: x'], 200],
  ['percent signs that are no text', ['GET /%ff HTTP/1.1', 'Host: x'], 404],
  ['no address', ['GET http://[/graphql HTTP/1.1', 'Host: x'], 404],
  ['HEAD', ['HEAD /health/live HTTP/1.1', 'Host: x'], 200],
  ['HEAD of a query', ['HEAD /graphql?query={__typename} HTTP/1.1', 'Host: x', 'graphql-require-preflight: 1'], 200],
  [
    'a parameter twice',
    ['GET /graphql?query={__typename}&query={shops{id}} HTTP/1.1', 'Host: x', 'graphql-require-preflight: 1'],
    400,
  ],
])('a request with %s is understood', async (_what, lines, status) => {
  const heard = await raw()
    .send([...lines, 'Connection: close'])
    .until(/the end of the connection/);
  expect(heard).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  if (lines[0]!.startsWith('HEAD')) expect(heard).toMatch(/content-length: \d\d[\s\S]*\r\n\r\n$/i);
});

const aliases = [
  ...['//x/graphql', '//graphql', '///x/graphql', '/\\x/graphql', '/graphql%3f', '/x%2fgraphql', '/x/../graphql'],
  ...[
    '/%2e/graphql',
    'http://x//y/graphql',
    'http:////x/graphql',
    'http:/graphql',
    'http:graphql',
    'http://x\\graphql',
  ],
];
it.each(aliases)('%s is no other name of /graphql, which a filter in front would not know', async (target) => {
  const calls = parts.calls.length;
  const asked = raw().send(
    [
      ...[`POST ${target} HTTP/1.1`, 'Host: x', 'Connection: close', 'Content-Type: application/json'],
      `Content-Length: ${query.length}`,
    ],
    query,
  );
  expect(await asked.until(/the end of the connection/)).toMatch(/^HTTP\/1\.1 40[04] /);
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  const key = `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`;
  const protocol = 'Sec-WebSocket-Protocol: graphql-transport-ws';
  const socket = raw().send([`GET ${target} HTTP/1.1`, 'Host: x', ...upgrade, key, protocol]);
  expect(await socket.until(/the end of the connection/)).toMatch(/^HTTP\/1\.1 40[04] /);
  expect(parts.calls.length).toBe(calls);
});

it('a client that sends `Expect: 100-continue` is told to continue', async () => {
  const connection = raw().send([
    'POST /graphql HTTP/1.1',
    'Host: x',
    'Content-Type: application/json',
    'Expect: 100-continue',
    `Content-Length: ${query.length}`,
  ]);
  await connection.until(/100 Continue/);
  connection.socket.write(query);
  expect(await connection.until(/\}$/)).toContain('HTTP/1.1 200 OK');
});

it.each([
  ['no subprotocol', []],
  ['the legacy one', ['Sec-WebSocket-Protocol: graphql-ws']],
  ['ours', ['Sec-WebSocket-Protocol: graphql-ws, graphql-transport-ws']],
])('a WebSocket with %s is told at once', async (which, lines) => {
  const heard = await raw()
    .send([
      'GET http://x/graphql HTTP/1.1',
      'Host: x',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      ...lines,
    ])
    .until(/\r\n\r\n/);
  expect(heard).toMatch(which === 'ours' ? /^HTTP\/1\.1 101 / : /^HTTP\/1\.1 400 [\s\S]*graphql-transport-ws/);
});

it('a GET with a bearer token needs no other header against CSRF', async () => {
  const path = '/graphql?query={shops{id}}';
  const authorization = `Bearer ${await parts.token('customer')}`;
  expect((await send({ 'content-type': 'text/plain', authorization }, '', { method: 'GET', path })).status).toBe(200);
  expect((await send({ 'content-type': 'text/plain' }, '', { method: 'GET', path })).status).toBe(400);
});

it('the single connection mode of graphql-sse is refused with a message that names it', async () => {
  const answer = await send({ accept: 'text/event-stream' }, '', { method: 'PUT' });
  expect([answer.status, String(answer.body)]).toEqual([
    405,
    expect.stringContaining('distinct connections mode') as string,
  ]);
});

describe('a web app of another origin', () => {
  const origin = 'https://app.example';
  const preflight = {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,authorization',
    },
  };
  let open: ServedChannel;
  beforeAll(async () => {
    open = await serveFixture(parts, { manifest: { origins: [origin] } });
  });
  afterAll(() => open.close());
  const url = () => open.url.replace('localhost', '127.0.0.1');

  it('may not call a channel that names no origins', async () => {
    const response = await fetch(channel.url.replace('localhost', '127.0.0.1'), preflight);
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([405, null]);
  });

  it('that is named may call, and read errors and event streams; others may not, and credentials are never allowed', async () => {
    const asked = await fetch(url(), preflight);
    expect([
      asked.status,
      ...['allow-origin', 'allow-methods', 'allow-headers', 'max-age', 'allow-credentials'].map((name) =>
        asked.headers.get(`access-control-${name}`),
      ),
    ]).toEqual([204, origin, 'GET,HEAD,POST', 'content-type,authorization', '600', null]);
    const sent: Record<string, string>[] = [
      {},
      { authorization: 'Bearer nonsense' },
      { accept: 'text/event-stream' },
      { accept: 'image/png' },
    ];
    for (const headers of sent) {
      const answer = await fetch(url(), {
        method: 'POST',
        body: query,
        headers: { origin, 'content-type': 'application/json', ...headers },
      });
      expect([answer.headers.get('access-control-allow-origin'), answer.headers.get('vary')]).toEqual([
        origin,
        'Origin, Authorization, Accept, Accept-Encoding',
      ]);
    }
    const other = await fetch(url(), {
      ...preflight,
      headers: { ...preflight.headers, origin: 'https://app.example.evil' },
    });
    expect([other.headers.get('access-control-allow-origin'), other.headers.get('vary')]).toEqual([
      null,
      expect.stringContaining('Origin') as string,
    ]);
    expect(
      (await fetch(url().replace('/graphql', '/health/live'), { headers: { origin } })).headers.get(
        'access-control-allow-origin',
      ),
    ).toBeNull();
  });

  it.each([
    [origin, 101],
    ['https://app.example.evil', 403],
    ['null', 403],
    [undefined, 101],
  ])('opens a WebSocket from %s: %i', async (from, status) => {
    const connection = new RawConnection(open.port);
    connections.push(connection);
    const heard = await connection
      .send([
        'GET /graphql HTTP/1.1',
        'Host: x',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
        'Sec-WebSocket-Protocol: graphql-transport-ws',
        ...(from ? [`Origin: ${from}`] : []),
      ])
      .until(/\r\n\r\n/);
    expect(heard).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });
});
