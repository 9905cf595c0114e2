import { createClient, type Client } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { fixture, type Fixture } from '../../testkit/fixtureGraph.ts';
import { FakeDomain } from '../../testkit/fakeDomain.ts';
import { FakeTail } from '../../testkit/fakeTail.ts';
import { serveFixture, type ServedChannel } from '../../testkit/servedChannel.ts';

let parts: Fixture;
let channel: ServedChannel;
const bus = new FakeDomain();
const clients: Client[] = [];
const statusQuery = 'subscription($id: ID!){orderStatusChanged(orderId:$id){id s:status}}';

beforeAll(async () => {
  parts = await fixture();
  channel = await serveFixture(parts, {
    bus,
    feeds: bus,
    manifest: { streams: { maxSubscriptionsPerSocket: 3, maxQueuedEvents: 4, latestIntervalMs: 30 } },
  });
});
afterAll(() => channel.close());
beforeEach(() => {
  parts.calls.length = 0;
  bus.beginAnew();
  parts.gate = () => Promise.resolve();
  parts.orders.set('o1', { id: 'o1', owner: 'someone', status: 'PLACED', version: 1 });
  bus.statusChanged('o1', 1, 'PLACED');
});
afterEach(() => clients.splice(0).forEach((client) => void client.dispose()));

const until = async (met: () => boolean) => {
  while (!met()) await new Promise((resolve) => setTimeout(resolve, 1));
};
const socketUrl = () => channel.url.replace('http://localhost', 'ws://127.0.0.1');

interface Closed {
  readonly code: number;
}

function connect(token?: string): Client & { closed: Promise<Closed> } {
  let close = (_event: Closed) => {};
  const closed = new Promise<Closed>((resolve) => (close = resolve));
  const client = createClient({
    url: socketUrl(),
    webSocketImpl: WebSocket,
    lazy: true,
    retryAttempts: 0,
    connectionParams: token === undefined ? {} : { authorization: `Bearer ${token}` },
    on: { closed: (event) => close(event as Closed) },
    onNonLazyError: () => {},
  });
  clients.push(client);
  return Object.assign(client, { closed });
}

interface Heard {
  data?: Record<string, unknown> | null;
  errors?: readonly { message: string; extensions?: unknown }[];
  extensions?: unknown;
}

/** Collects all messages of a subscription; `failed` holds the error that ended it. */
function subscribe(
  client: Client,
  query: string,
  variables: Record<string, unknown> = {},
  extra: Record<string, unknown> = {},
) {
  const heard: Heard[] = [];
  const state = { heard, done: false, failed: undefined as unknown, stop: () => {} };
  state.stop = client.subscribe(
    { query, variables, ...extra },
    {
      next: (message) => heard.push(message as Heard),
      error: (error) => {
        state.failed = error;
        state.done = true;
      },
      complete: () => {
        state.done = true;
      },
    },
  );
  return state;
}
const follow = async (client: Client, id = 'o1') => {
  const stream = subscribe(client, statusQuery, { id });
  await until(() => stream.heard.length > 0 || stream.done);
  return stream;
};
const move = (version: number, status: string) => {
  parts.orders.set('o1', { ...parts.orders.get('o1')!, version, status });
  bus.statusChanged('o1', version, status);
};

describe('a stream', () => {
  it('begins with a snapshot and sends each change in order, with the status of its time', async () => {
    const stream = await follow(connect(await parts.token('customer')));
    expect(stream.heard).toMatchObject([
      {
        data: { orderStatusChanged: { id: 'o1', s: 'PLACED' } },
        extensions: { stream: { kind: 'snapshot', version: 1 } },
      },
    ]);
    // Both changes happen before either is read: a read would return READY for both.
    move(2, 'PREPARING');
    move(3, 'READY');
    await until(() => stream.heard.length === 3);
    expect(stream.heard.map(({ data }) => (data?.['orderStatusChanged'] as { s: string }).s)).toEqual([
      'PLACED',
      'PREPARING',
      'READY',
    ]);
  });

  it('sends nothing twice, and nothing that the snapshot already had', async () => {
    const stream = await follow(connect(await parts.token('customer')));
    bus.statusChanged('o1', 1, 'PLACED');
    move(2, 'PREPARING');
    bus.statusChanged('o1', 2, 'PREPARING');
    move(3, 'READY');
    await until(() => stream.heard.length >= 3);
    expect(stream.heard).toHaveLength(3);
  });

  it('misses nothing that happens while the snapshot is read', async () => {
    let open = () => {};
    const opened = new Promise<void>((resolve) => (open = resolve));
    parts.gate = () => (parts.calls.length === 1 ? opened : Promise.resolve());
    const stream = subscribe(connect(await parts.token('customer')), statusQuery, { id: 'o1' });
    await until(() => parts.calls.length === 1);
    bus.statusChanged('o1', 2, 'PREPARING');
    open();
    await until(() => stream.heard.length === 2);
    expect(stream.heard[1]?.data).toEqual({ orderStatusChanged: { id: 'o1', s: 'PREPARING' } });
  });

  it('of a client that lags gets a snapshot that says so', async () => {
    const stream = await follow(connect(await parts.token('customer')));
    let open = () => {};
    const opened = new Promise<void>((resolve) => (open = resolve));
    parts.gate = () => opened;
    move(2, 'S2');
    await until(() => parts.calls.length === 2);
    for (let version = 3; version < 12; version += 1) move(version, `S${version}`);
    open();
    await until(() => stream.heard.length === 3);
    expect(stream.heard[2]).toMatchObject({
      data: { orderStatusChanged: { id: 'o1', s: 'S11' } },
      extensions: { stream: { kind: 'resync', reason: 'lagged', version: 11 } },
    });
    move(12, 'S12');
    await until(() => stream.heard.length === 4);
    expect(stream.heard[3]?.data).toEqual({ orderStatusChanged: { id: 'o1', s: 'S12' } });
  });

  it('with `latest` sends fewer messages, and always the last one', async () => {
    const stream = subscribe(
      connect(await parts.token('customer')),
      'subscription{orderWatched(orderId:"o1"){status}}',
    );
    await until(() => stream.heard.length === 1);
    for (let version = 2; version <= 200; version += 1) move(version, `S${version}`);
    await until(() => JSON.stringify(stream.heard.at(-1)).includes('S200'));
    expect(stream.heard.length).toBeLessThan(5);
  });

  it('stops following its feed when its client ends it, also while it is being opened', async () => {
    const stream = await follow(connect(await parts.token('customer')));
    stream.stop();
    await until(() => stream.done);
    const before = parts.calls.length;
    // The server receives `complete` before it answers a request that was sent after it.
    await channel.post({ query: '{__typename}' });
    move(2, 'PREPARING');
    await channel.post({ query: '{__typename}' });
    expect(parts.calls.length).toBe(before);
  });

  it.each(['nothing', 'o1'])(
    "of an order that does not exist, or is not the caller's, is refused in the same way: %s",
    async (id) => {
      const stream = await follow(connect(await parts.token('customer', 'other')), id);
      expect(stream.heard).toEqual([
        {
          errors: [
            {
              message: 'There is nothing to follow: it does not exist, or it is not yours.',
              path: ['orderStatusChanged'],
              extensions: { code: 'NOT_FOUND' },
            },
          ],
        },
      ]);
      await until(() => stream.done);
    },
  );

  it('requires the scope of its field before anything is read', async () => {
    const stream = await follow(connect());
    expect(stream.heard[0]?.errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED' });
    expect(parts.calls).toEqual([]);
  });

  it('uses one tail per topic for all streams of all channels, and closes it with the last one', async () => {
    const others = await Promise.all(['web', 'mobile'].map((name) => serveFixture(parts, { bus, manifest: { name } })));
    const client = connect(await parts.token('customer'));
    await Promise.all([follow(client), follow(client)]);
    expect(bus.open).toEqual(['orders.v1']);
    await Promise.all(others.map((other) => other.close()));
    expect(bus.open).toEqual(['orders.v1']);
    const alone = new FakeTail();
    await (await serveFixture(parts, { bus: alone })).close();
    expect(alone.open).toEqual([]);
  });
});

describe('a socket', () => {
  it('carries queries, mutations and refusals as HTTP does', async () => {
    const client = connect(await parts.token('customer'));
    const query = subscribe(client, '{shops{id takings}}');
    const mutation = subscribe(client, 'mutation{advance(orderId:"o1"){version}}');
    await until(() => query.done && mutation.done);
    expect(query.heard[0]?.data).toEqual({
      shops: [
        { id: '1', takings: null },
        { id: '2', takings: null },
      ],
    });
    expect(mutation.heard).toEqual([{ data: { advance: { version: 2 } } }]);
    for (const [text, code] of [
      ['{shops{nothing}}', 'GRAPHQL_VALIDATION_FAILED'],
      ['{', 'GRAPHQL_PARSE_FAILED'],
      ['query($id:ID!){shop(id:$id){id}}', 'BAD_USER_INPUT'],
      [`{${Array.from({ length: 100 }, (_, at) => `a${at}:__typename`).join(' ')}}`, 'DOCUMENT_TOO_COMPLEX'],
    ] as const) {
      const refused = subscribe(client, text);
      await until(() => refused.done);
      expect(refused.failed).toMatchObject([{ extensions: { code } }]);
    }
  });

  it('may run a limited number of operations at once', async () => {
    const client = connect(await parts.token('customer'));
    await Promise.all([follow(client), follow(client), follow(client)]);
    const fourth = subscribe(client, statusQuery, { id: 'o1' });
    await until(() => fourth.done);
    expect(fourth.failed).toMatchObject([{ extensions: { code: 'TOO_MANY_REQUESTS' } }]);
  });

  it('is closed with 4403 for an invalid token, and for a role that may not use the channel', async () => {
    for (const token of [
      'nonsense',
      await parts.token('courier'),
      await parts.token('customer', 'x', { lifetimeSeconds: -60 }),
    ]) {
      const client = connect(token);
      subscribe(client, '{__typename}');
      expect((await client.closed).code).toBe(4403);
    }
  });

  it('is closed with 4403 when its token has expired', async () => {
    const client = connect(await parts.token('customer', 'someone', { lifetimeSeconds: 1 }));
    const stream = await follow(client);
    expect(stream.heard).toHaveLength(1);
    expect((await client.closed).code).toBe(4403);
  });

  const raw = async (...frames: string[]) => {
    const socket = new WebSocket(socketUrl(), 'graphql-transport-ws');
    await new Promise((resolve) => socket.once('open', resolve));
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    for (const frame of frames) socket.send(frame);
    return closed;
  };

  it('is closed with 4401 for an operation before `connection_init`', async () => {
    expect(await raw('{"id":"1","type":"subscribe","payload":{"query":"{__typename}"}}')).toBe(4401);
  });

  it('is closed for an oversized frame, and for JSON that would be refused in a body', async () => {
    expect(await raw('x'.repeat(200_000))).toBe(1009);
    expect(await raw('{"type":"connection_init","payload":{"__proto__":{}}}')).toBe(4400);
    expect(await raw(`{"type":"connection_init","payload":{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}}`)).toBe(4400);
  });

  it('is refused at another path', async () => {
    const socket = new WebSocket(socketUrl().replace('/graphql', '/else'), 'graphql-transport-ws');
    const error = await new Promise<Error>((resolve) => socket.once('error', resolve));
    expect(error.message).toContain('404');
  });
});
