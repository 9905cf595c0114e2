import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, constants, type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2';
import { request } from 'node:https';
import WebSocket from 'ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { certificates } from '#platform/testkit/certificates.ts';
import { demoStore, type TestSystem } from '../harness/startTestSystem.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { graphqlBody, subscribe } from './doors.ts';

// Channels that speak TLS themselves answer by each protocol what they answer without it: GraphQL, REST and assistants
// over HTTP/2 and HTTP/1.1, and WebSockets beside them; and refuse by each what they refuse without it.

let system: TestSystem;
let web: string;
let rest: string;
let token: string;
const { ca, cert, key } = certificates();
const trust = { ca: readFileSync(ca) };
const sessions: ClientHttp2Session[] = [];

beforeAll(async () => {
  system = await sharedSystem();
  const certificate = { certPath: cert, keyPath: key };
  web = await system.replicaOverTls('web', certificate);
  rest = await system.replicaOverTls('rest', certificate);
  token = await system.tokenFor({ role: 'customer' });
});
afterAll(() => sessions.forEach((session) => session.destroy()));

interface Answered {
  readonly status: number;
  readonly body: unknown;
}
interface Asked {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: OutgoingHttpHeaders;
}
const own = (body: string | undefined): OutgoingHttpHeaders => ({
  accept: 'application/json',
  authorization: `Bearer ${token}`,
  ...(body !== undefined && { 'content-type': 'application/json' }),
});
const parsed = (text: string): unknown => (text === '' ? undefined : JSON.parse(text));

async function overHttp2(url: string, { method = 'POST', body, headers = {} }: Asked): Promise<Answered> {
  const { origin, pathname, search } = new URL(url);
  const session = connect(origin, trust).on('error', () => undefined);
  sessions.push(session);
  await once(session, 'connect');
  expect(session.alpnProtocol).toBe('h2');
  const stream = session.request({
    [constants.HTTP2_HEADER_METHOD]: method,
    [constants.HTTP2_HEADER_PATH]: pathname + search,
    ...own(body),
    ...headers,
  });
  stream.end(body);
  const [heard] = (await once(stream, 'response')) as [Record<string, unknown>];
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(stream, 'end');
  session.close();
  return { status: Number(heard[':status']), body: parsed(text) };
}

const overHttp1 = (url: string, { method = 'POST', body, headers = {} }: Asked): Promise<Answered> =>
  new Promise((resolve, reject) => {
    request(url, { ...trust, method, headers: { ...own(body), ...headers } }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode!, body: parsed(text) }));
    })
      .on('error', reject)
      .end(body);
  });

const store = 'query ($id: ID!) { store(id: $id) { id } }';
const mcp = (method: string, params: object = {}): string => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
const at = (path: string, base: string): string => new URL(path, base).href;
const nobody = { authorization: 'Bearer nobody' };

test.each([
  ['HTTP/2', overHttp2],
  ['HTTP/1.1', overHttp1],
])('GraphQL, REST and assistants are answered over TLS by %s, and who is nobody is refused', async (_name, ask) => {
  const documents = JSON.stringify({ query: store, variables: { id: demoStore } });
  // Production: it is a document that nobody registered.
  expect(await ask(web, { body: documents })).toMatchObject({
    status: 200,
    body: { errors: [{ extensions: { code: 'DOCUMENT_NOT_TRUSTED' } }] },
  });
  expect(await ask(at(`/v1/stores/${demoStore}`, rest), { method: 'GET' })).toMatchObject({
    status: 200,
    body: { id: demoStore },
  });
  expect(await ask(at('/v1/customers/me', rest), { method: 'GET', headers: nobody })).toMatchObject({
    status: 401,
    body: { error: { code: 'UNAUTHENTICATED' } },
  });
  const { status, body } = await ask(at('/mcp', web), { body: mcp('tools/list') });
  expect([status, (body as { result: { tools: object[] } }).result.tools.length > 0]).toEqual([200, true]);
  const before = system.subgraphCalls();
  expect((await ask(at('/mcp', web), { body: mcp('tools/list'), headers: nobody })).status).toBe(401);
  expect((await ask(at('/mcp', web), { body: '[]' })).status).toBe(400);
  expect((await ask(at('/mcp', web), { body: mcp('tools/list', { x: 'x'.repeat(200_000) }) })).status).toBe(413);
  expect((await ask(at('/v1/orders', rest), { body: '{"storeId":' })).status).toBe(400);
  expect((await ask(at('/v1/orders', rest), { method: 'PROPFIND' })).status).toBe(405);
  expect((await ask(web, { body: graphqlBody('{ __schema { types { name } } }') })).status).toBe(200);
  expect(system.subgraphCalls(), 'work was done').toBe(before);
});

test('a WebSocket is answered over TLS, and one that has not said who it is is closed', async () => {
  const open = async (): Promise<WebSocket> => {
    const socket = new WebSocket(web.replace(/^https/, 'wss'), 'graphql-transport-ws', trust);
    await once(socket, 'open');
    return socket;
  };
  const good = await open();
  good.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  const [acknowledged] = (await once(good, 'message')) as [Buffer];
  expect(JSON.parse(acknowledged.toString())).toMatchObject({ type: 'connection_ack' });
  good.terminate();
  const hasty = await open();
  hasty.send(subscribe({ query: '{ stores { edges { node { id } } } }' }));
  expect((await once(hasty, 'close'))[0]).toBe(4401);
});
