import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import { EventStreamReader } from '../../testkit/eventStreamReader.ts';
import { FakeDomain } from '../../testkit/fakeDomain.ts';
import { fixture, type Fixture } from '../../testkit/fixtureGraph.ts';
import { RawConnection } from '#platform/testkit/rawConnection.ts';
import { serveFixture, type ServedChannel } from '../../testkit/servedChannel.ts';

const query = 'subscription($id: ID!){orderStatusChanged(orderId:$id){status version}}';
const domain = new FakeDomain();
const readers: EventStreamReader[] = [];
let parts: Fixture;
let channel: ServedChannel;
let token: string;

beforeAll(async () => {
  parts = await fixture();
  token = await parts.token('customer');
  channel = await serveFixture(parts, {
    bus: domain,
    feeds: domain,
    cursorKeys: ['k'],
    hub: { gapMs: 5 },
    manifest: { streams: { pingMs: 20, maxConnectionsPerCaller: 5 } },
  });
});
afterAll(() => channel.close());
let id = '';
let count = 0;
beforeEach(() => {
  count += 1;
  id = `o${count}`;
  move(1);
});
afterEach(() => readers.splice(0).forEach((each) => each.stop()));

const address = () => channel.url.replace('localhost', '127.0.0.1');
const open = async (body: unknown, headers: Record<string, string> = {}, to = address()) => {
  const reader = await EventStreamReader.open(to, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
  });
  readers.push(reader);
  return reader;
};
const asked = (body: string) => [
  'POST /graphql HTTP/1.1',
  'Host: x',
  'Content-Type: application/json',
  'Accept: text/event-stream',
  `Authorization: Bearer ${token}`,
  `Content-Length: ${body.length}`,
];
const move = (version: number, more = '') => {
  parts.orders.set(id, { id, owner: 'someone', status: `S${version}${more}`, version });
  domain.statusChanged(id, version, `S${version}${more}`);
};

it('sends a subscription as events, each with a cursor as its id, and resumes from Last-Event-ID', async () => {
  const first = await open({ query, variables: { id } });
  expect([first.status, first.headers.get('content-type'), first.headers.get('cache-control')]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
    'no-store',
  ]);
  await until(() => first.messages.length === 1);
  move(2);
  await until(() => first.messages.length === 2);
  expect(first.messages.map(({ data }) => data?.['orderStatusChanged'])).toEqual([
    { status: 'S1', version: 1 },
    { status: 'S2', version: 2 },
  ]);
  first.events.forEach(({ id }, at) => expect(id).toBe(first.messages[at]!.extensions!.stream!.cursor));
  first.stop();
  move(3);
  const again = await open({ query, variables: { id } }, { 'last-event-id': first.events[1]!['id']! });
  await until(() => again.messages.length === 1);
  move(4);
  await until(() => again.messages.length === 2);
  expect(again.marks).toEqual(['event 3', 'event 4']);
});

it("accepts what a browser's EventSource can send: a GET without headers of its own", async () => {
  const parameters = new URLSearchParams({ query, variables: JSON.stringify({ id }) });
  const reader = await EventStreamReader.open(`${address()}?${parameters}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  readers.push(reader);
  await until(() => reader.messages.length === 1);
  expect(reader.marks).toEqual(['snapshot 1']);
  // Other operations, which a page of another site could make a browser request, stay refused.
  const other = await fetch(`${address()}?query={__typename}`, { headers: { accept: 'text/event-stream' } });
  expect(other.status).toBe(400);
});

it('sends the answer to a query as one event, and a refusal, too, since a browser hides any other body', async () => {
  const answer = await open({ query: '{shops{id}}' });
  await answer.over;
  expect(answer.events).toMatchObject([{ event: 'next' }, { event: 'complete' }]);
  expect(answer.messages[0]?.data).toEqual({ shops: [{ id: '1' }, { id: '2' }] });
  const refused = await open({ query: '{nothing}' });
  await refused.over;
  expect([refused.status, refused.messages[0]?.errors?.[0]?.extensions.code]).toEqual([
    200,
    'GRAPHQL_VALIDATION_FAILED',
  ]);
  const forged = await open({ query, variables: { id } }, { 'last-event-id': '1.x.y' });
  await forged.over;
  expect(forged.messages[0]?.errors?.[0]?.extensions.code).toBe('CURSOR_INVALID');
});

it('ends without `complete` when a client may try again, and makes a browser forget an invalid cursor', async () => {
  const forged = await open({ query, variables: { id } }, { 'last-event-id': '1.x.y' });
  await forged.over;
  expect(forged.events.map(({ event, id: last }) => [event, last])).toEqual([['next', '']]);
  const one = await serveFixture(parts, {
    bus: domain,
    feeds: domain,
    cursorKeys: ['k'],
    manifest: { streams: { maxSubscriptionsPerCaller: 1 } },
  });
  const to = one.url.replace('localhost', '127.0.0.1');
  await open({ query, variables: { id } }, {}, to);
  const second = await open({ query, variables: { id } }, {}, to);
  await second.over;
  expect(second.messages[0]?.errors?.[0]?.extensions.code).toBe('TOO_MANY_REQUESTS');
  expect(second.events.map(({ event, retry, id: last }) => [event, retry, last])).toEqual([
    ['next', '30000', undefined],
  ]);
  await one.close();
  // Trying again would end the same way.
  const nothing = await open({ query, variables: { id: 'nothing' } });
  await nothing.over;
  expect(nothing.events.map(({ event }) => event)).toEqual(['next', 'complete']);
});

it('waits for the requests before it on its connection, takes no place until then, and frees its place at the end', async () => {
  const small = await serveFixture(parts, {
    bus: domain,
    feeds: domain,
    cursorKeys: ['k'],
    manifest: { streams: { maxConnections: 2, pingMs: 20 } },
  });
  const body = JSON.stringify({ query, variables: { id } });
  const connection = new RawConnection(small.port);
  for (let each = 0; each < 60; each += 1) {
    connection.send(asked(body), body);
  }
  await connection.until(/"kind":"snapshot"/);
  connection.close();
  const to = small.url.replace('localhost', '127.0.0.1');
  // Those that waited have taken no place. Node does not read on while answers wait, so it notices the end of the
  // connection when it sends the next comment of the stream that ran.
  for (let place = 0; place < 2; place += 1)
    await until(async () => (await open({ query, variables: { id } }, {}, to)).status === 200);
  await small.close();
}, 20_000);

it('begins for the first of 500 requests that are sent at once on a connection, and the rest wait for it', async () => {
  const body = JSON.stringify({ query, variables: { id } });
  const connection = new RawConnection(channel.port);
  for (let each = 0; each < 500; each += 1) connection.send(asked(body), body);
  await connection.until(/"kind":"snapshot"/);
  move(2);
  const heard = await connection.until(/"version":2/);
  expect([heard.match(/HTTP\/1.1/g), connection.isClosed]).toEqual([['HTTP/1.1'], false]);
  connection.close();
});

it('limits the bytes of declared variables that one caller holds over all its streams', async () => {
  const small = await serveFixture(parts, {
    bus: domain,
    feeds: domain,
    cursorKeys: ['k'],
    manifest: { streams: { maxHeldBytesPerCaller: 1_000, pingMs: 20 } },
  });
  const to = small.url.replace('localhost', '127.0.0.1');
  const large = `${id}${'x'.repeat(600)}`;
  parts.orders.set(large, { id: large, owner: 'someone', status: 'S1', version: 1 });
  const first = await open({ query, variables: { id: large, more: 'x'.repeat(5_000) } }, {}, to);
  await until(() => first.messages.length === 1);
  expect(first.marks).toEqual(['snapshot 1']);
  const second = await open({ query, variables: { id: large } }, {}, to);
  expect([second.status, second.headers.get('retry-after')]).toEqual([429, '30']);
  first.stop();
  await until(async () => (await open({ query, variables: { id: large } }, {}, to)).status === 200);
  await small.close();
}, 20_000);

it('is 401 for an invalid token, 429 for too many streams of one caller, and frees the place afterwards', async () => {
  const bad = await open({ query, variables: { id } }, { authorization: 'Bearer nonsense' });
  expect(bad.status).toBe(401);
  const five = await Promise.all(Array.from({ length: 5 }, () => open({ query, variables: { id } })));
  expect(five.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  const sixth = await open({ query, variables: { id } });
  expect([sixth.status, sixth.headers.get('retry-after')]).toEqual([429, '30']);
  five[0]!.stop();
  await until(async () => (await open({ query, variables: { id } })).status === 200);
});

it('sends comments as heartbeats, and ends without `complete` when the token has expired', async () => {
  const reader = await open(
    { query, variables: { id } },
    { authorization: `Bearer ${await parts.token('customer', 'someone', { lifetimeSeconds: 1 })}` },
  );
  await until(() => reader.comments > 1);
  await reader.over;
  expect(reader.events.map(({ event }) => event)).toEqual(['next']);
});

it('sends a resync to a client that did not read for a while, even if few bytes were waiting', async () => {
  const served = await serveFixture(parts, {
    bus: domain,
    feeds: domain,
    cursorKeys: ['k'],
    hub: { gapMs: 5 },
    manifest: { streams: { lagMessages: 4 } },
  });
  const body = JSON.stringify({ query, variables: { id } });
  const slow = connect(served.port, '127.0.0.1');
  let heard = '';
  slow.on('data', (chunk) => {
    heard += chunk.toString();
  });
  slow.write(
    `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: text/event-stream\r\nauthorization: Bearer ${token}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  await until(() => heard.includes('"kind":"snapshot"'));
  slow.pause();
  // More than the kernel buffers, in messages so small that those waiting here stay below the high-water mark of a Node
  // stream.
  for (let version = 2; version <= 6_000; version += 1) {
    move(version, 'x'.repeat(3_000));
    if (version % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  slow.resume();
  await until(() => heard.includes('"reason":"lagged"'));
  move(6_001);
  await until(() => heard.includes('"version":6001'));
  slow.destroy();
  await served.close();
}, 30_000);
