import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RawConnection } from '#platform/testkit/rawConnection.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { fixture } from '../../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../../testkit/servedChannel.ts';

const routes: Readonly<Record<string, string>> = {
  'v1/shops/listShops.graphql': 'query ListShops @rest(method: GET, path: "/shops", cacheSeconds: 60) { shops { id } }',
  'v1/orders/getOrder.graphql':
    'query GetOrder($orderId: ID!) @rest(method: GET, path: "/orders/{orderId}", signedIn: true) { order(orderId: $orderId) { id } }',
  'v1/orders/advance.graphql': `mutation Advance($orderId: ID!)
    @rest(method: POST, path: "/advances", status: 201, location: "/orders/{id}") { advance(orderId: $orderId) { id } }`,
};
const folder = temporaryFolder('routes');
for (const [file, text] of Object.entries(routes)) {
  mkdirSync(join(folder, file, '..'), { recursive: true });
  writeFileSync(join(folder, file), text);
}

interface Heard {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

/** A request, and the status with which it is answered. */
type Probe = readonly [what: string, lines: readonly string[], body: string, status: number];

const get = (path: string, ...headers: string[]) => [
  `GET ${path} HTTP/1.1`,
  'host: a',
  'connection: close',
  ...headers,
];
const post = (...headers: string[]) => ['POST /v1/advances HTTP/1.1', 'host: a', 'connection: close', ...headers];
const json = 'content-type: application/json';
const lengthOf = (body: string): string => `content-length: ${Buffer.byteLength(body)}`;
const ok = '{"orderId":"o1"}';

describe.each(['development', 'production'] as const)('REST in %s', (profile) => {
  let channel: ServedChannel;
  let port: number;
  let authorization: string;
  beforeAll(async () => {
    const parts = await fixture();
    parts.orders.set('o1', { id: 'o1', owner: 'someone', status: 'PLACED', version: 1 });
    channel = await serveFixture(parts, { profile, manifest: { routes: pathToFileURL(`${folder}/`) } });
    port = Number(new URL(channel.url).port);
    authorization = `authorization: Bearer ${await parts.token('customer')}`;
  });
  afterAll(() => channel.close());

  async function ask(lines: readonly string[], body = ''): Promise<Heard> {
    const connection = new RawConnection(port).send(lines, body);
    const heard = await connection.until(/(?!)/);
    const [head = '', ...rest] = heard.split('\r\n\r\n');
    return { status: Number(head.split(' ')[1]), headers: head.toLowerCase(), body: rest.join('\r\n\r\n') };
  }

  const probes: readonly Probe[] = [
    ['a path with a dot in it', get('/v1/../v1/shops'), '', 404],
    ['an encoded dot', get('/v1/%2e%2e/health/live'), '', 404],
    ['dots that lead to GraphQL', get('/v1/../graphql?query={__typename}'), '', 404],
    ['a backslash that does', get('/v1\\..\\graphql?query={__typename}'), '', 404],
    ['a double slash', get('/v1//shops'), '', 404],
    ['a slash at the end', get('/v1/shops/'), '', 404],
    ['another case', get('/V1/shops'), '', 404],
    ['an encoded slash in an id', get('/v1/orders/o1%2Fevents', 'AUTH'), '', 404],
    ['an encoded zero in an id', get('/v1/orders/%00', 'AUTH'), '', 404],
    ['a broken escape', get('/v1/orders/%zz', 'AUTH'), '', 400],
    ['half of a character', get('/v1/orders/%E2%82', 'AUTH'), '', 400],
    ['an id as long as a book', get(`/v1/orders/${'a'.repeat(4_000)}`, 'AUTH'), '', 414],
    ['the name of a prototype as an id', get('/v1/orders/__proto__', 'AUTH'), '', 404],
    ['a parameter that nobody knows', get('/v1/shops?colour=red'), '', 400],
    ['the name of a prototype as a parameter', get('/v1/shops?__proto__[x]=1'), '', 400],
    ['a thousand parameters', get(`/v1/shops?${'a=1&'.repeat(1_000)}`), '', 400],
    ['the headers of a novel', get('/v1/shops', `x-long: ${'x'.repeat(40_000)}`), '', 431],
    ['a method of its own', ['BREW /v1/shops HTTP/1.1', 'host: a', 'connection: close'], '', 400],
    ['TRACE', ['TRACE /v1/shops HTTP/1.1', 'host: a', 'connection: close'], '', 405],
    ['a method that WebDAV has', ['PROPFIND /v1/shops HTTP/1.1', 'host: a', 'connection: close'], '', 405],
    ['a method in a header', post(json, 'x-http-method-override: GET', lengthOf('{}')), '{}', 400],
    ['OPTIONS of everything', ['OPTIONS * HTTP/1.1', 'host: a', 'connection: close'], '', 404],
    ['no host', ['GET /v1/shops HTTP/1.1', 'connection: close'], '', 400],
    ['two hosts', get('/v1/shops', 'host: b'), '', 400],
    ['a whole address', get('http://elsewhere.example/v1/shops'), '', 200],
    ['a whole address whose path climbs', get('http://elsewhere.example/v1/x/../shops'), '', 404],
    ['a whole address of too many slashes', get('http:////elsewhere.example/v1/shops'), '', 404],
    ['a version in percent', get('/%761/shops'), '', 404],
    ['a host in the path', get('//elsewhere.example/v1/shops'), '', 404],
    ['a range', get('/v1/shops', 'range: bytes=0-3'), '', 200],
    ['a condition that is none', get('/v1/shops', 'if-none-match: "'), '', 200],
    ['a condition on everything', get('/v1/shops', 'if-none-match: *'), '', 304],
    ['If-Match where there is no version', get('/v1/shops', 'if-match: *'), '', 400],
    ['a condition on a failure', get('/v1/orders/none', 'AUTH', 'if-none-match: *'), '', 404],
    ['Accept of what there is not', get('/v1/shops', 'accept: image/png'), '', 200],
    ['Accept of nothing', get('/v1/shops', 'accept: */*;q=0'), '', 200],
    ['an Accept-Encoding that is none', get('/v1/shops', 'accept-encoding: nonsense;q=9'), '', 200],
    ['a traceparent that is none', get('/v1/shops', 'traceparent: \u00ff"<script>'), '', 200],
    ['two tokens', get('/v1/shops', 'AUTH', 'authorization: Bearer b'), '', 200],
    ['no type', post('AUTH', lengthOf(ok)), ok, 415],
    ['a form', post('AUTH', 'content-type: application/x-www-form-urlencoded', lengthOf(ok)), ok, 415],
    ['a type with a charset', post('AUTH', `${json}; charset=utf-8`, lengthOf(ok)), ok, 201],
    // JSON is UTF-8, whatever is said of it.
    ['a charset that JSON has not', post('AUTH', `${json}; charset=utf-16`, lengthOf(ok)), ok, 201],
    ['a body that is no object', post('AUTH', json, lengthOf('[]')), '[]', 400],
    ['a body that is null', post('AUTH', json, lengthOf('null')), 'null', 400],
    [
      'the same name twice',
      post('AUTH', json, lengthOf(`{"orderId":"o1","orderId":"o1"}`)),
      `{"orderId":"o1","orderId":"o1"}`,
      201,
    ],
    [
      'a prototype in the body',
      post('AUTH', json, lengthOf('{"__proto__":{"a":1},"orderId":"o1"}')),
      '{"__proto__":{"a":1},"orderId":"o1"}',
      400,
    ],
    ['a deep body', post('AUTH', json, lengthOf('['.repeat(50_000))), '['.repeat(50_000), 400],
    ['a number in place of a text', post('AUTH', json, lengthOf('{"orderId":{}}')), '{"orderId":{}}', 400],
    ['two lengths', post('AUTH', json, 'content-length: 2', 'content-length: 3'), '{}', 400],
    ['a length and chunks', post('AUTH', json, 'content-length: 2', 'transfer-encoding: chunked'), '0\r\n\r\n', 400],
    ['chunks that are none', post('AUTH', json, 'transfer-encoding: chunked'), 'zz\r\n', 400],
    ['a length below nothing', post('AUTH', json, 'content-length: -1'), '', 400],
    ['a coding that nobody knows', post('AUTH', json, 'content-encoding: zstd', lengthOf(ok)), ok, 415],
    ['gzip that is none', post('AUTH', json, 'content-encoding: gzip', lengthOf(ok)), ok, 400],
    ['an expectation', post('AUTH', json, 'expect: 100-continue', lengthOf(ok)), ok, 100],
    ['an expectation that is none', post('AUTH', json, 'expect: a-miracle', lengthOf(ok)), ok, 417],
    ['a body of a GET', get('/v1/shops', json, lengthOf('{"a":1}')), '{"a":1}', 200],
  ];

  it.each(probes)('%s', async (_, lines, body, status) => {
    const heard = await ask(
      lines.map((line) => (line === 'AUTH' ? authorization : line)),
      body,
    );
    expect([heard.status, heard.body]).toEqual([status, expect.any(String)]);
    expect(heard.body).not.toMatch(/ at .*\.ts:\d|node_modules|FST_ERR/);
    if (status >= 400 && heard.headers.includes('content-type: application/json'))
      expect(JSON.parse(heard.body)).toHaveProperty(heard.body.includes('"errors"') ? 'errors' : 'error.code');
  });

  it('HEAD of a failure has the headers of GET, and no body', async () => {
    const head = await ask(['HEAD /v1/orders/none HTTP/1.1', 'host: a', 'connection: close', authorization]);
    expect([head.status, head.body]).toEqual([404, '']);
    expect(head.headers).toContain('content-type: application/json');
  });

  it('requests in one packet are answered in their order, each with its own', async () => {
    const connection = new RawConnection(port);
    connection.socket.write(
      ['/v1/shops', '/v1/nowhere', '/v1/shops?a=1', '/v1/shops']
        .map((path, index) => `GET ${path} HTTP/1.1\r\nhost: a\r\n${index === 3 ? 'connection: close\r\n' : ''}\r\n`)
        .join(''),
    );
    const heard = await connection.until(/(?!)/);
    expect([...heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['200', '404', '400', '200']);
  });

  it('a connection that is refused before its body came cannot smuggle the next request in it', async () => {
    const smuggled = 'GET /v1/orders/o1 HTTP/1.1\r\nhost: a\r\n\r\n';
    const connection = new RawConnection(port).send(
      ['POST /v1/advances HTTP/1.1', 'host: a', 'content-type: text/plain', lengthOf(smuggled)],
      smuggled,
    );
    connection.socket.end();
    const heard = await connection.until(/(?!)/);
    expect(heard.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });
});
