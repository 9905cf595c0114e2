import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { request } from 'node:https';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { certificates } from '#platform/testkit/certificates.ts';
import { until } from '#platform/testkit/until.ts';
import { FakeDomain } from '../testkit/fakeDomain.ts';
import { fixture, type Fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';

const { ca, cert, key } = certificates();
const trust = { ca: readFileSync(ca) };
const domain = new FakeDomain();
const sessions: ClientHttp2Session[] = [];
let parts: Fixture;
let channel: ServedChannel;
let token: string;
beforeAll(async () => {
  parts = await fixture();
  token = await parts.token('customer');
  channel = await serve();
});
afterAll(async () => {
  sessions.forEach((session) => session.destroy());
  await channel.close();
});
const serve = (): Promise<ServedChannel> =>
  serveFixture(parts, {
    certificate: { certPath: cert, keyPath: key },
    bus: domain,
    feeds: domain,
    cursorKeys: ['k'],
    hub: { gapMs: 5 },
    manifest: {
      streams: { pingMs: 20, maxStallMs: 300, lagBytes: 1_000_000, lagMessages: 1_000_000 },
      limits: { bodyBytes: 100_000 },
    },
  });

const session = async (to = channel): Promise<ClientHttp2Session> => {
  const made = connect(`https://127.0.0.1:${to.port}`, trust);
  sessions.push(made);
  made.on('error', () => undefined);
  await once(made, 'connect');
  return made;
};
interface Answer {
  readonly status: number;
  readonly text: string;
}
const ask = (client: ClientHttp2Session, body: string, headers: Record<string, string> = {}): ClientHttp2Stream => {
  const stream = client.request({
    ':method': 'POST',
    ':path': '/graphql',
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
    ...headers,
  });
  stream.on('error', () => undefined);
  stream.end(body);
  return stream;
};
const answered = async (stream: ClientHttp2Stream): Promise<Answer> => {
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(stream, 'end');
  return { status: Number(headers[':status']), text };
};
const query = (text: string, variables: object = {}): string => JSON.stringify({ query: text, variables });
const status = 'subscription($id: ID!){orderStatusChanged(orderId:$id){status version}}';
const streamOf = (client: ClientHttp2Session, id: string): { stream: ClientHttp2Stream; told: () => string } => {
  let text = '';
  const stream = ask(client, query(status, { id }), { accept: 'text/event-stream' });
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { stream, told: () => text };
};
const move = (id: string, version: number, to = `S${version}`): void => {
  parts.orders.set(id, { id, owner: 'someone', status: to, version });
  domain.statusChanged(id, version, to);
};

it('speaks HTTP/2 to who offers it, with many requests at once on one connection, and HTTP/1.1 to others', async () => {
  const client = await session();
  expect(client.alpnProtocol).toBe('h2');
  const all = await Promise.all(Array.from({ length: 50 }, () => answered(ask(client, query('{ shops { id } }')))));
  expect(new Set(all.map((each) => each.status))).toEqual(new Set([200]));
  expect(all.every(({ text }) => text.includes('"shops"'))).toBe(true);
  const [response] = (await once(
    request({ ...trust, host: '127.0.0.1', port: channel.port, path: '/health/ready', agent: false }).end(),
    'response',
  )) as [{ httpVersion: string; statusCode: number; resume(): void }];
  response.resume();
  expect([response.httpVersion, response.statusCode]).toEqual(['1.1', 200]);
});

it('has more event streams on one connection than a browser opens connections, each with its events', async () => {
  const client = await session();
  const ids = Array.from({ length: 20 }, (_, n) => `many${n}`);
  ids.forEach((id) => move(id, 1));
  const streams = ids.map((id) => streamOf(client, id));
  await until(() => streams.every(({ told }) => told().includes('"S1"')));
  ids.forEach((id) => move(id, 2));
  await until(() => streams.every(({ told }) => told().includes('"S2"')));
  streams[0]!.stream.close(constants.NGHTTP2_CANCEL);
  move(ids[1]!, 3);
  await until(() => streams[1]!.told().includes('"S3"'));
  expect(streams[0]!.told()).not.toContain('"S3"');
});

it('cuts off the one stream that is not read, and goes on with the others of its connection', async () => {
  const client = await session();
  move('unread', 1);
  move('read', 1);
  const unread = ask(client, query(status, { id: 'unread' }), { accept: 'text/event-stream' });
  await once(unread, 'response');
  unread.pause();
  const read = streamOf(client, 'read');
  await until(() => read.told().includes('"S1"'));
  let version = 1;
  const filling = setInterval(() => move('unread', ++version, 'x'.repeat(50_000)), 5);
  await once(unread, 'close').finally(() => clearInterval(filling));
  expect(unread.rstCode).toBe(constants.NGHTTP2_CANCEL);
  move('read', 2);
  await until(() => read.told().includes('"S2"'));
});

it('refuses a body that is too long before it has come, and the connection goes on', async () => {
  const client = await session();
  const stream = client.request({
    ':method': 'POST',
    ':path': '/graphql',
    'content-type': 'application/json',
  });
  stream.on('error', () => undefined);
  const refused = answered(stream);
  stream.write('x'.repeat(200_000));
  expect((await refused).status).toBe(413);
  expect((await answered(ask(client, query('{ shops { id } }')))).status).toBe(200);
});

it('ends the connection of a client that begins requests only to reset them', async () => {
  const client = await session();
  const ended = new Promise((resolve) => client.once('close', resolve));
  const flood = setInterval(() => {
    for (let n = 0; n < 200 && !client.closed && !client.destroyed; n++) {
      const stream = client.request({ ':method': 'POST', ':path': '/graphql' });
      stream.on('error', () => undefined);
      stream.close(constants.NGHTTP2_CANCEL);
    }
  }, 1);
  await ended.finally(() => clearInterval(flood));
  expect((await answered(ask(await session(), query('{ shops { id } }')))).status).toBe(200);
});

it('finishes what is under way when it closes, and sends streams away', async () => {
  const closing = await serve();
  const client = await session(closing);
  move('closing', 1);
  const { stream, told } = streamOf(client, 'closing');
  await until(() => told().includes('"S1"'));
  const over = once(stream, 'close');
  const gone = once(client, 'close');
  await Promise.all([closing.close(), over, gone]);
  expect(told()).not.toContain('complete');
});
