import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { loadRoutes } from '#gateway/rest/loadRoutes.ts';

/** What was heard on one connection until the server closed it. */
interface Heard {
  readonly text: string;
  readonly statuses: readonly number[];
}

interface HostileRequest {
  readonly name: string;
  readonly bytes: Buffer;
  /** Whether the client ends its side once it has sent all. */
  readonly ends?: boolean | undefined;
  fits(heard: Heard): boolean;
}

/** Sends bytes as they are, and hears until the server closes the connection. @throws if it does not */
export async function sendRaw(port: number, bytes: Buffer, ends = false): Promise<Heard> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let text = '';
  let isLate = false;
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.once('end', () => socket.end());
  const late = setTimeout(() => {
    isLate = true;
    socket.destroy();
  }, 25_000);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  if (ends) socket.end(bytes);
  else socket.write(bytes);
  await closed;
  clearTimeout(late);
  if (isLate) throw new Error(`the connection was left open after ${bytes.toString('latin1', 0, 200)}; heard ${text}`);
  return { text, statuses: [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status)) };
}

/** What is told has the form of the company's document; or of GraphQL, where nobody knows that REST was asked for. */
const isTold = (text: string): boolean => {
  const body = text.slice(text.lastIndexOf('\r\n\r\n') + 4);
  return body === '' || body.startsWith('{"error":{"code":"') || body.startsWith('{"errors":[{');
};

/** One refusal, with a body that says why or none; or nothing, on a connection that is closed. */
const refused = ({ statuses, text }: Heard): boolean => {
  const final = statuses.filter((status) => status !== 100);
  return final.every((status) => status >= 400 && status < 500) && final.length <= 1 && isTold(text);
};
const answered =
  (status: number) =>
  ({ statuses }: Heard): boolean =>
    statuses.length === 1 && statuses[0] === status;

interface HostileParts {
  readonly storeId: string;
  /** A basket that would be ordered, were the request about it right. */
  readonly basket: object;
  readonly tokens: { readonly customer: string; readonly admin: string };
}

/** Requests of which nothing may come, each on a connection of its own. */
export function hostileRequests({ storeId, basket, tokens }: HostileParts): HostileRequest[] {
  const body = Buffer.from(JSON.stringify(basket));
  const json = 'content-type: application/json';
  const length = `content-length: ${body.length}`;
  const head = (lines: readonly string[]): Buffer => Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  const customer = `authorization: Bearer ${tokens.customer}`;
  const order = (name: string, headers: readonly string[], sent: Buffer | string = body, ends = false) => ({
    name: `an order with ${name}`,
    bytes: Buffer.concat([
      head([
        ...['POST /v1/orders HTTP/1.1', 'host: a', 'connection: close', customer],
        ...(headers.some((each) => each.startsWith('idempotency-key')) ? [] : [`idempotency-key: ${randomUUID()}`]),
        ...headers,
      ]),
      Buffer.from(sent),
    ]),
    ends,
    fits: refused,
  });
  const orderAt = (target: string) => ({
    name: `an order at ${target}`,
    bytes: Buffer.concat([
      head([
        ...[`POST ${target} HTTP/1.1`, 'host: a', 'connection: close', customer, json, length],
        `idempotency-key: ${randomUUID()}`,
      ]),
      body,
    ]),
    fits: refused,
  });
  const get = (
    name: string,
    target: string,
    headers: readonly string[] = [],
    fits: (heard: Heard) => boolean = refused,
  ) => ({
    name,
    bytes: head([`GET ${target} HTTP/1.1`, 'host: a', 'connection: close', ...headers]),
    fits,
  });
  const patch = (name: string, ifMatch: readonly string[]) => {
    const change = '{"maxOpenOrders":1}';
    const lines = ['host: a', 'connection: close', `authorization: Bearer ${tokens.admin}`, json];
    return {
      name: `a change on ${name}`,
      bytes: head([
        ...[`PATCH /v1/stores/${storeId} HTTP/1.1`, ...lines, `idempotency-key: ${randomUUID()}`],
        ...[...ifMatch.map((each) => `if-match: ${each}`), `content-length: ${change.length}`, '', change],
      ]),
      fits: refused,
    };
  };
  const chunked = 'transfer-encoding: chunked';
  const inChunks = `${body.length.toString(16)}\r\n${body.toString()}\r\n0\r\n\r\n`;
  return [
    order('its length twice', [json, length, length]),
    order('two lengths', [json, length, 'content-length: 3']),
    order('a length and chunks', [json, length, chunked], inChunks),
    order('chunks and a length', [json, chunked, length], inChunks),
    order('chunks that are not the last coding', [json, 'transfer-encoding: chunked, identity'], inChunks),
    order('a coding that is none', [json, 'transfer-encoding: xchunked'], inChunks),
    order('a list of lengths', [json, `content-length: ${body.length}, ${body.length}`]),
    order('a length with a sign', [json, `content-length: +${body.length}`]),
    order('a space before a colon', [json, `content-length : ${body.length}`]),
    order('a carriage return in a header', [json, length, 'x-a: b\rx-c: d']),
    order('a zero in a header', [json, length, 'x-a: b\0c']),
    order('two hosts', [json, length, 'host: b']),
    order('the same host twice', [json, length, 'Host: a']),
    order('a chunk larger than any', [json, chunked], `FFFFFFFFFFFFFFFFF\r\n${body.toString()}`),
    order('an extension longer than the chunk', [json, chunked], `1;${'x'.repeat(20_000)}\r\n{\r\n0\r\n\r\n`),
    order('a bomb', [json, 'content-encoding: gzip', chunked], chunkOf(gzipSync(Buffer.alloc(20_000_000, ' ')))),
    order('a body of two codings', [json, 'content-encoding: gzip, gzip', length]),
    order('a body of another coding', [json, 'content-encoding: br', length]),
    order('half a body', [json, length], body.subarray(0, 40), true),
    order('half a chunk', [json, chunked], `${body.length.toString(16)}\r\n${body.toString().slice(0, 40)}`, true),
    order('two keys', [json, length, 'idempotency-key: a', 'idempotency-key: b']),
    order('an empty key', [json, length, 'idempotency-key: ']),
    order('a key that is too long', [json, length, `idempotency-key: ${'k'.repeat(129)}`]),
    order('If-Match', [json, length, 'if-match: "1-a"']),
    order('a type that is none, and an expectation', ['content-type: text/json', 'expect: 100-continue', length]),
    order('two types', ['content-type: text/plain', json, length]),
    order('an expectation that is none', [json, 'expect: 200-ok', length]),
    order('a zero in a text', [json, chunked], chunkOf(Buffer.from(JSON.stringify({ ...basket, storeId: '\0' })))),
    order('half a character', [json, chunked], chunkOf(Buffer.from('{"storeId":"\\ud800"}'))),
    order('what is no UTF-8', [json, chunked], chunkOf(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]))),
    ...[
      '/v1/./orders',
      '/v1/x/../orders',
      '/v1/%2e/orders',
      '//v1/orders',
      '//x/v1/orders',
      '/v1//orders',
      '/v1/orders/',
    ].map(orderAt),
    ...['/v1%2Forders', '/v1/orders%2F', '/v1/orders;a=b', '/v1/orders%00', '/v1/orders%0d%0a', '/v1\\orders'].map(
      orderAt,
    ),
    ...['/V1/orders', '/v1/Orders', '/v1/%6frders%20', 'v1/orders', 'ftp://a/v1/orders', '/v1/orders?a=b'].map(orderAt),
    get('a query that is longer than a page', `/v1/stores?${'a=1&'.repeat(3_900)}`),
    get('a query that is longer than a request', `/v1/stores?${'a=1&'.repeat(20_000)}`),
    ...['page[size]=0', 'page[size]=-1', 'page[size]=1.5', 'page[size]=1e1', 'page[size]=NaN', 'page[size]='].map(
      (query) => get(query, `/v1/stores?${query}`),
    ),
    ...['page[size]=2,3', 'page[size]=2&page[size]=3', 'page[size][]=2', 'page=2', 'page[size]=99999999999'].map(
      (query) => get(query, `/v1/stores?${query}`),
    ),
    ...['page[size]=0x2', 'page[size]=%D9%A3', 'page[after]=%00', 'page[after]=e30', 'country=%00', 'country[]=DE'].map(
      (query) => get(query, `/v1/stores?${query}`),
    ),
    get('an id with a zero', `/v1/stores/%00`),
    get('an id with a slash', `/v1/stores/${storeId}%2Fpayments`),
    get('a feed that waits for ever', `/v1/orders/${storeId}/events?wait=99999`, [customer]),
    get('a feed from two places', `/v1/orders/${storeId}/events?after=a&after=b`, [customer]),
    get('GraphQL at an address of elsewhere', 'http://elsewhere.example/graphql?query=%7B__typename%7D'),
    patch('everything', ['*']),
    patch('a list of versions', ['"1-a", "2-a", "3-a"']),
    patch('versions in two headers', ['"1-a"', '"2-a"']),
    patch('a version that cannot be', ['"9999999999-a"']),
    patch('a version below nothing', ['"-1-a"']),
    patch('a word', ['latest']),
    patch('no version', []),
    // What HTTP lets a server ignore.
    get('a range', '/v1/stores?page[size]=1', ['range: bytes=0-3'], answered(200)),
    get('a range that is none', '/v1/stores?page[size]=1', ['range: bytes=9-3,zz'], answered(200)),
    get('nothing that it accepts', '/v1/stores?page[size]=1', ['accept: application/json;q=0'], answered(200)),
    get('a charset', '/v1/stores?page[size]=1', ['accept-charset: utf-7'], answered(200)),
    get('no coding', '/v1/stores?page[size]=1', ['accept-encoding: identity;q=0, *;q=0'], answered(200)),
    get('a coding in capitals', '/v1/stores', ['accept-encoding: GzIP'], answered(200)),
    {
      name: 'requests in one packet, of which one is wrong',
      bytes: Buffer.concat(
        ['/v1/menu/categories', '/v1/nowhere', '/v1/stores?a=1', '/v1/menu/categories'].map((target, index) =>
          head([`GET ${target} HTTP/1.1`, 'host: a', ...(index === 3 ? ['connection: close'] : [])]),
        ),
      ),
      fits: ({ statuses }) => statuses.join() === '200,404,400,200',
    },
    {
      name: 'orders behind a body that is too long',
      bytes: Buffer.concat([
        head(['POST /v1/orders HTTP/1.1', 'host: a', customer, json, 'content-length: 99999999']),
        head(['POST /v1/orders HTTP/1.1', 'host: a', customer, json, length, `idempotency-key: ${randomUUID()}`]),
        body,
      ]),
      fits: refused,
    },
    {
      name: 'an order behind a request with two hosts',
      bytes: Buffer.concat([
        head(['GET /v1/menu/categories HTTP/1.1', 'host: a', 'host: b']),
        head(['POST /v1/orders HTTP/1.1', 'host: a', customer, json, length, `idempotency-key: ${randomUUID()}`]),
        body,
      ]),
      fits: refused,
    },
  ];
}

const chunkOf = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n0\r\n\r\n')]);

/** Methods that are no route's, and those that are about an address, of the path of every route. */
export function methodsOfEveryPath(): HostileRequest[] {
  const paths = new Set(loadRoutes(new URL('../../rest/', import.meta.url)).map(({ path }) => path));
  return [...paths].flatMap((template) => {
    const target = template.replaceAll(/\{\w+\}/g, 'x');
    const request = (method: string, fits: (heard: Heard) => boolean): HostileRequest => ({
      name: `${method} ${template}`,
      bytes: Buffer.from(`${method} ${target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`),
      fits,
    });
    const notAllowed = (heard: Heard) => answered(405)(heard) && /^allow: .*OPTIONS/im.test(heard.text);
    return [
      request('TRACE', notAllowed),
      request('PROPFIND', notAllowed),
      request('CONNECT', ({ statuses }) => statuses.every((status) => status >= 400 && status < 500)),
      request('OPTIONS', (heard) => answered(204)(heard) && /^allow: /im.test(heard.text)),
      request('HEAD', ({ statuses, text }) => statuses.length === 1 && statuses[0]! < 500 && text.endsWith('\r\n\r\n')),
    ];
  });
}
