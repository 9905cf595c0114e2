import { createConnection } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KeysUnavailable } from '#platform/identity/remoteKeys.ts';
import { until } from '#platform/testkit/until.ts';
import type { StreamPolicy } from '../../channelManifest.ts';
import { FakeDomain } from '../../testkit/fakeDomain.ts';
import { fixture, fixtureSources, type Fixture } from '../../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../../testkit/servedChannel.ts';
import { RawSocket } from '../../testkit/streamingClient.ts';

const status = 'subscription($id: ID!){orderStatusChanged(orderId:$id){status version}}';
const takings = 'subscription($id: ID!){orderStatusChanged(orderId:$id){version shop{takings}}}';
let parts: Fixture;
let domain: FakeDomain;
let channel: ServedChannel | undefined;
let socket: RawSocket | undefined;
/** Functions that let the waiting subgraph calls go on, in order. */
let held: (() => void)[];

beforeEach(async () => {
  parts = await fixture();
  domain = new FakeDomain();
  held = [];
  move(1);
});
afterEach(async () => {
  parts.gate = () => Promise.resolve();
  held.forEach((go) => go());
  socket?.cut();
  await channel?.close();
});

const hold = () => {
  parts.gate = () => new Promise((resolve) => held.push(resolve));
};
const letGo = () => {
  parts.gate = () => Promise.resolve();
  held.splice(0).forEach((go) => go());
};
const move = (version: number) => {
  parts.orders.set('o1', { id: 'o1', owner: 'someone', status: `S${version}`, version });
  domain.statusChanged('o1', version, `S${version}`);
};
const connect = async (token: string, streams: Partial<StreamPolicy> = {}) => {
  channel = await serveFixture(parts, { bus: domain, feeds: domain, hub: { gapMs: 5 }, manifest: { streams } });
  socket = await new RawSocket(channel.url).begin(token);
  return socket;
};
const of = (to: RawSocket, type: string) => to.frames.filter((frame) => frame.type === type);

it('does not mistake the answer to an ended query for that of a new one with the same id', async () => {
  const to = await connect(await parts.token('customer'));
  hold();
  to.send({ id: '1', type: 'subscribe', payload: { query: '{shops{id}}' } });
  await until(() => held.length === 1);
  to.send({ id: '1', type: 'complete' });
  to.send({ id: '1', type: 'subscribe', payload: { query: '{shop(id:"7"){name}}' } });
  await until(() => held.length === 2);
  letGo();
  await until(() => of(to, 'complete').length > 0);
  expect(of(to, 'next').map(({ payload }) => payload)).toEqual([{ data: { shop: { name: 'Shop 7' } } }]);
});

it('counts ended operations until their work is done, so that ending them does not get a client more at once', async () => {
  const to = await connect(await parts.token('customer'), { maxSubscriptionsPerSocket: 3 });
  hold();
  for (let at = 0; at < 10; at += 1) {
    // Each query differs, since identical ones would share one call.
    to.send({ id: `q${at}`, type: 'subscribe', payload: { query: `{shop(id:"${at}"){name}}` } });
    to.send({ id: `q${at}`, type: 'complete' });
    to.send({ id: `s${at}`, type: 'subscribe', payload: { query: status, variables: { id: `o${at}` } } });
    to.send({ id: `s${at}`, type: 'complete' });
  }
  to.send({ type: 'ping' });
  await to.heard(({ type }) => type === 'pong');
  expect(held.length).toBeLessThanOrEqual(3);
  expect(of(to, 'error').length).toBeGreaterThanOrEqual(14);
  letGo();
  // The places are given back.
  await until(() => {
    const again = to.subscribe('{__typename}', {});
    return until(() => again.isOver).then(() => again.messages.length === 1);
  });
});

it('begins a stream with the rights of a token that was renewed while it was opened', async () => {
  const to = await connect(await parts.token('admin'));
  hold();
  const stream = to.subscribe(takings, { id: 'o1' });
  await until(() => held.length === 1);
  to.send({ type: 'ping', payload: { authorization: `Bearer ${await parts.token('customer')}` } });
  expect((await to.heard(({ type }) => type === 'pong')).payload).toEqual({ accepted: true });
  letGo();
  await until(() => stream.messages.length === 1);
  move(2);
  await until(() => stream.messages.length === 2);
  expect(stream.marks).toEqual(['snapshot 1', 'event 2']);
  expect(
    stream.messages.map(
      ({ data }) => (data?.['orderStatusChanged'] as { shop: { takings: number | null } }).shop.takings,
    ),
  ).toEqual([null, null]);
});

it('begins a stream once, and with its snapshot, when the graph is replaced while it is opened', async () => {
  const to = await connect(await parts.token('customer'));
  hold();
  const stream = to.subscribe(status, { id: 'o1' });
  await until(() => held.length === 1);
  await channel!.reloadWith(fixtureSources());
  await until(() => held.length === 2);
  // The call that was begun with the old graph.
  held[0]!();
  to.send({ type: 'ping' });
  await to.heard(({ type }) => type === 'pong');
  letGo();
  await until(() => stream.messages.length > 0);
  move(2);
  await until(() => stream.marks.includes('event 2'));
  expect(stream.marks).toEqual(['snapshot 1', 'event 2']);
});

it.each([['subscribe'], ['complete']])(
  'is closed with 4400, and told why, for an id of more than 128 characters: %s',
  async (type) => {
    const to = await connect(await parts.token('customer'));
    to.send({ id: 'i'.repeat(128), type: 'subscribe', payload: { query: '{__typename}' } });
    await until(() => of(to, 'complete').length === 1);
    const reason = new Promise((resolve) => to.socket.once('close', (_code, text) => resolve(String(text))));
    to.send({ id: 'i'.repeat(129), type, payload: { query: '{__typename}' } });
    expect(await to.closed).toBe(4400);
    expect(await reason).toBe('An id may have at most 128 characters');
  },
);

const refusals = (to: RawSocket) =>
  of(to, 'error').map(({ id, payload }) => [id, (payload as { extensions: { code: string } }[])[0]!.extensions.code]);
const follow = (to: RawSocket, id: string, variables: object) =>
  to.send({ id, type: 'subscribe', payload: { query: status, variables } });

it('limits the bytes that the operations of a connection hold, frees them afterwards, and ignores undeclared variables', async () => {
  const to = await connect(await parts.token('customer'), { maxHeldBytesPerConnection: 1_000 });
  hold();
  follow(to, 'undeclared', { id: 'o1', more: 'x'.repeat(5_000) });
  follow(to, 'stream', { id: 'x'.repeat(600) });
  await until(() => held.length === 2);
  follow(to, 'another', { id: 'y'.repeat(600) });
  to.send({
    id: 'query',
    type: 'subscribe',
    payload: { query: 'query($id:ID!){shop(id:$id){name}}', variables: { id: 'y'.repeat(600) } },
  });
  await until(() => of(to, 'error').length === 2);
  expect(refusals(to)).toEqual([
    ['another', 'TOO_MANY_REQUESTS'],
    ['query', 'TOO_MANY_REQUESTS'],
  ]);
  expect(of(to, 'error').map(({ payload }) => (payload as { extensions: object }[])[0]!.extensions)).toEqual(
    Array(2).fill({ code: 'TOO_MANY_REQUESTS', retryAfter: 30 }),
  );
  to.send({ id: 'stream', type: 'complete' });
  letGo();
  await until(() => to.frames.some(({ id }) => id === 'undeclared'));
  to.send({
    id: 'query',
    type: 'subscribe',
    payload: { query: 'query($id:ID!){shop(id:$id){name}}', variables: { id: 'y'.repeat(600) } },
  });
  await to.heard(({ id, type }) => id === 'query' && type === 'next');
  await to.heard(({ id, type }) => id === 'query' && type === 'complete');
  follow(to, 'nothing', { id: 'z'.repeat(600) });
  await to.heard(({ id, type }) => id === 'nothing' && type === 'next');
  expect(refusals(to)).toHaveLength(2);
});

it('limits the bytes that one caller holds over all its connections, and affects no other caller', async () => {
  const token = await parts.token('customer');
  const to = await connect(token, { maxHeldBytesPerCaller: 1_000 });
  const second = await new RawSocket(channel!.url).begin(token);
  const other = await new RawSocket(channel!.url).begin(await parts.token('customer', 'other'));
  hold();
  follow(to, 'first', { id: 'x'.repeat(600) });
  await until(() => held.length === 1);
  follow(second, 'second', { id: 'y'.repeat(600) });
  await until(() => refusals(second).length === 1);
  expect(refusals(second)).toEqual([['second', 'TOO_MANY_REQUESTS']]);
  follow(other, 'other', { id: 'z'.repeat(600) });
  await until(() => held.length === 2);
  to.cut();
  letGo();
  await until(() => {
    follow(second, `again${second.frames.length}`, { id: 'y'.repeat(600) });
    const seen = second.frames.length;
    return until(() => second.frames.length > seen).then(() => of(second, 'next').length > 0);
  });
  second.cut();
  other.cut();
});

/** A text frame with a masking key of zeros. */
const frame = (message: unknown) => {
  const text = Buffer.from(JSON.stringify(message));
  return Buffer.concat([Buffer.from([0x81, 0x80 | 126, text.length >> 8, text.length & 255, 0, 0, 0, 0]), text]);
};

const upgrade =
  'GET /graphql HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n';

it('ignores a client with an expired token that does not answer the close and keeps sending', async () => {
  channel = await serveFixture(parts, { bus: domain, feeds: domain });
  const client = createConnection(channel.port, '127.0.0.1');
  let heard = '';
  client.on('data', (bytes) => {
    heard += bytes.toString('latin1');
  });
  try {
    client.write(upgrade);
    const token = await parts.token('customer', 'someone', { lifetimeSeconds: 1 });
    client.write(frame({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
    await until(() => heard.includes('connection_ack'));
    await until(() => heard.includes('The token is over'));
    client.write(frame({ id: '1', type: 'subscribe', payload: { query: 'mutation{advance(orderId:"o1"){version}}' } }));
    // A request over HTTP that is sent afterwards is answered after the ignored ones would have been.
    await channel.post({ query: '{shops{id}}' });
    await channel.post({ query: '{shops{id}}' });
    expect(parts.orders.get('o1')?.version).toBe(1);
  } finally {
    client.destroy();
  }
});

const ping = Buffer.from([0x89, 0x80, 0, 0, 0, 0]);
const pong = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

it.each<[string, () => Buffer[]]>([
  ['pings of the protocol', () => [frame({ type: 'ping' })]],
  ['pings of WebSocket', () => [ping]],
  ['pongs of WebSocket', () => [pong]],
  [
    'pairs of subscribe and complete',
    () => [
      frame({ id: '1', type: 'subscribe', payload: { query: status, variables: { id: 'o1' } } }),
      frame({ id: '1', type: 'complete' }),
    ],
  ],
])(
  'takes one frame of a connection in a turn of the event loop, so that others are served between: %s',
  async (_what, burst) => {
    channel = await serveFixture(parts, { bus: domain, feeds: domain });
    const client = createConnection(channel.port, '127.0.0.1');
    let heard = '';
    client.on('data', (bytes) => {
      heard += bytes.toString('latin1');
    });
    let turns = 0;
    let isOver = false;
    const turn = () => {
      turns += 1;
      if (!isOver) setImmediate(turn);
    };
    try {
      client.write(upgrade);
      client.write(
        frame({ type: 'connection_init', payload: { authorization: `Bearer ${await parts.token('customer')}` } }),
      );
      await until(() => heard.includes('connection_ack'));
      const frames = Array.from({ length: 100 }, burst).flat();
      setImmediate(turn);
      client.write(Buffer.concat([...frames, frame({ type: 'ping', payload: { last: true } })]));
      let heardAt = 0;
      client.on('data', () => {
        if (heardAt === 0 && heard.includes('"last":true')) heardAt = turns;
      });
      await until(() => heardAt > 0);
      expect(heardAt).toBeGreaterThanOrEqual(frames.length);
    } finally {
      isOver = true;
      client.destroy();
    }
  },
);

it.each<[string, string | Buffer, number]>([
  ['a binary frame', Buffer.from('{"type":"ping"}'), 4400],
  ['a payload that is null', '{"id":"1","type":"subscribe","payload":null}', 4400],
  ['a payload that is a list', '{"id":"1","type":"subscribe","payload":[]}', 4400],
  ['an id that is a number', '{"id":1,"type":"subscribe","payload":{"query":"{__typename}"}}', 4400],
])('is closed for a frame that is no message: %s', async (_what, sent, code) => {
  const to = await connect(await parts.token('customer'));
  to.socket.send(sent);
  expect(await to.closed).toBe(code);
});

it('answers under any id, ignores `complete` for an unknown id, and says what is wrong with a request', async () => {
  const to = await connect(await parts.token('customer'));
  to.send({ id: 'unknown', type: 'complete' });
  for (const id of ['__proto__', 'constructor']) to.send({ id, type: 'subscribe', payload: { query: '{__typename}' } });
  to.send({ id: 'name', type: 'subscribe', payload: { query: 'query A{__typename}', operationName: 'B' } });
  to.send({ id: 'extensions', type: 'subscribe', payload: { query: '{__typename}', extensions: [] } });
  await until(() => of(to, 'complete').length === 2 && of(to, 'error').length === 2);
  expect(
    of(to, 'complete')
      .map(({ id }) => id)
      .sort(),
  ).toEqual(['__proto__', 'constructor']);
  expect(
    refusals(to)
      .map(([id]) => id)
      .sort(),
  ).toEqual(['extensions', 'name']);
});

it('reads no further for a query whose client has gone', async () => {
  const token = await parts.token('customer');
  const to = await connect(token, { maxConnectionsPerCaller: 1 });
  const query = '{order(orderId:"o1"){shop{name}}}';
  parts.calls.length = 0;
  hold();
  to.send({ id: '1', type: 'subscribe', payload: { query } });
  await until(() => held.length === 1);
  to.cut();
  // There is room for another one when the server has noticed.
  const again = await until(() => new RawSocket(channel!.url).begin(token).catch(() => undefined));
  letGo();
  again.send({ id: '2', type: 'subscribe', payload: { query } });
  await again.heard(({ id, type }) => id === '2' && type === 'complete');
  expect(parts.calls.map(({ subgraph }) => subgraph)).toEqual(['orders', 'orders', 'shops']);
  again.cut();
});

it('says after how long one comes back that is one too many', async () => {
  const token = await parts.token('customer');
  await connect(token, { maxConnectionsPerCaller: 1 });
  const second = new RawSocket(channel!.url);
  const closed = new Promise((resolve) =>
    second.socket.once('close', (code, reason) => resolve([code, String(reason)])),
  );
  await expect(second.begin(token)).rejects.toThrow('closed');
  expect(await closed).toEqual([1013, 'Too many connections; retry-after=30']);
});

it('goes on when its new token cannot be checked; who begins, or asks over HTTP, is told to come back', async () => {
  const token = await parts.token('customer');
  const { identity } = parts;
  let out = false;
  const verifyClientToken: typeof identity.verifyClientToken = (...given) =>
    out ? Promise.reject(new KeysUnavailable('the keys cannot be had')) : identity.verifyClientToken(...given);
  parts = { ...parts, identity: { ...identity, verifyClientToken } };
  const to = await connect(token);
  out = true;
  to.send({ type: 'ping', payload: { authorization: `Bearer ${token}` } });
  expect(await to.heard(({ type }) => type === 'pong')).toMatchObject({ payload: { accepted: false } });
  to.send({ id: '1', type: 'subscribe', payload: { query: status, variables: { id: 'o1' } } });
  await to.heard(({ type }) => type === 'next');
  const second = new RawSocket(channel!.url);
  const closed = new Promise((resolve) =>
    second.socket.once('close', (code, reason) => resolve([code, String(reason)])),
  );
  await expect(second.begin(token)).rejects.toThrow('closed');
  expect(await closed).toEqual([1013, 'Tokens cannot be checked; retry-after=30']);
  for (const accept of ['application/json', 'text/event-stream']) {
    const answer = await fetch(channel!.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: '{shops{id}}' }),
    });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30']);
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] });
  }
});

it.each(['o', 'ö', '漢'])(
  'closes with 4409 when an id in use is as long as an id may be: 128 times %s',
  async (letter) => {
    const to = await connect(await parts.token('customer'));
    const id = letter.repeat(128);
    const closed = new Promise((resolve) => to.socket.once('close', (code, reason) => resolve([code, String(reason)])));
    for (const orderId of ['o1', 'o2'])
      to.send({ id, type: 'subscribe', payload: { query: status, variables: { id: orderId } } });
    const [code, reason] = (await closed) as [number, string];
    expect(code).toBe(4409);
    expect(reason).toMatch(new RegExp(`^Subscriber for ${letter}{34,}…$`));
  },
);
