import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { FakeDomain } from '../../../gateway/src/testkit/fakeDomain.ts';
import { fixture, type Fixture } from '../../../gateway/src/testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../../../gateway/src/testkit/servedChannel.ts';
import type { StreamPolicy } from '../../../gateway/src/channelManifest.ts';
import { startTcpProxy, type TcpProxy } from '../../../platform/testkit/tcpProxy.ts';
import { until } from '../../../platform/testkit/until.ts';
import {
  StreamClient,
  StreamError,
  type ResumingStream,
  type StreamClientOptions,
  type StreamMessage,
  type StreamOptions,
  type StreamState,
} from './streamClient.ts';

vi.setConfig({ testTimeout: 60_000 });

const query = 'subscription Status($id: ID!){orderStatusChanged(orderId:$id){id status version}}';
interface Data {
  orderStatusChanged: { id: string; status: string; version: number };
}

let parts: Fixture;
let domain: FakeDomain;
let token: string;
const closes: (() => Promise<unknown> | void)[] = [];

beforeAll(async () => {
  parts = await fixture();
  token = await parts.token('customer');
});
beforeEach(() => {
  domain = new FakeDomain();
  parts.down.clear();
  parts.orders.set('o1', { id: 'o1', owner: 'someone', status: 'S1', version: 1 });
  domain.statusChanged('o1', 1, 'S1');
});
afterEach(async () => {
  for (const close of closes.splice(0).reverse()) await close();
});

const serve = async (
  options: { streams?: Partial<StreamPolicy>; anonymous?: boolean; port?: number; keys?: string[] } = {},
): Promise<ServedChannel> => {
  const served = await serveFixture(parts, {
    bus: domain,
    feeds: domain,
    cursorKeys: options.keys ?? ['secret'],
    hub: { gapMs: 5 },
    port: options.port,
    manifest: {
      auth: { roles: ['customer'], anonymous: false },
      streams: { retryMs: 5, behindPatienceMs: 30, drainMs: 20, ...options.streams },
    },
  });
  closes.push(() => served.close());
  return served;
};
const through = async (served: ServedChannel): Promise<TcpProxy> => {
  const proxy = await startTcpProxy({ port: served.port });
  closes.push(() => proxy.close());
  return proxy;
};
const clientOf = (port: number, options: Partial<StreamClientOptions> = {}): StreamClient => {
  const client = new StreamClient({
    url: `http://127.0.0.1:${port}/graphql`,
    token: () => token,
    webSocketImpl: WebSocket,
    retry: { minMs: 10, maxMs: 40 },
    ...options,
  });
  closes.push(() => client.close());
  return client;
};
const move = (to: number) => {
  for (let version = parts.orders.get('o1')!.version + 1; version <= to; version += 1) {
    parts.orders.set('o1', { ...parts.orders.get('o1')!, version, status: `S${version}` });
    domain.statusChanged('o1', version, `S${version}`);
  }
};

/** Reads a stream to its end: what it said, how it stood, and how it ended. */
function read(client: StreamClient, options: StreamOptions = {}) {
  const states: StreamState[] = [];
  const stream: ResumingStream<Data> = client.stream<Data>(
    query,
    { id: 'o1' },
    { ...options, onState: (state) => states.push(state) },
  );
  const messages: StreamMessage<Data>[] = [];
  const reading = (async () => {
    for await (const message of stream) messages.push(message);
  })();
  const ended = reading.then(
    () => undefined,
    (error: unknown) => error as StreamError,
  );
  return {
    stream,
    messages,
    states,
    ended,
    get versions() {
      return messages.map(({ version }) => version);
    },
    get marks() {
      return messages.map(({ kind, version, reason }) =>
        [kind, version, reason].filter((each) => each !== undefined).join(' '),
      );
    },
    get statuses() {
      return states.map(({ status }) => status);
    },
  };
}
const upTo = (version: number) => Array.from({ length: version }, (_, at) => at + 1);

describe('a stream over a line that breaks', () => {
  it('goes on where it was, and says since when it was not heard', async () => {
    const proxy = await through(await serve());
    const heard = read(clientOf(proxy.port));
    await until(() => heard.versions.length === 1);
    move(3);
    await until(() => heard.versions.length === 3);
    proxy.cut();
    await until(() => heard.stream.state.status === 'reconnecting');
    const { since } = heard.stream.state;
    move(6);
    await until(() => heard.statuses.length >= 3);
    proxy.restore();
    await until(() => heard.versions.length === 6);
    expect(heard.marks).toEqual(['snapshot 1', ...[2, 3, 4, 5, 6].map((version) => `event ${version}`)]);
    expect(heard.messages.map(({ data }) => data?.orderStatusChanged.status)).toEqual(
      upTo(6).map((version) => `S${version}`),
    );
    await until(() => heard.stream.state.status === 'live');
    const away = heard.states.filter(({ status }) => status === 'reconnecting');
    expect(away[0]?.cause).toBeDefined();
    expect(new Set(away.map((state) => state.since))).toEqual(new Set([since]));
    expect([...new Set(heard.statuses)]).toEqual(['live', 'reconnecting']);
  });

  it('notices that nobody answers, though nobody says so', async () => {
    const proxy = await through(await serve());
    const heard = read(clientOf(proxy.port, { keepAliveMs: 20, patienceMs: 100 }));
    await until(() => heard.versions.length === 1);
    proxy.stall();
    move(4);
    await until(() => heard.stream.state.status === 'reconnecting');
    proxy.restore();
    await until(() => heard.versions.length === 4);
    expect(heard.versions).toEqual(upTo(4));
  });

  it('tells each version once and in order, whatever is cut and when', async () => {
    const served = await serve();
    const proxy = await through(served);
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('move' as const), by: fc.integer({ min: 1, max: 20 }) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const), by: fc.integer({ min: 0, max: 30 }) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('delay' as const), by: fc.integer({ min: 0, max: 5 }) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('stall' as const), by: fc.integer({ min: 0, max: 30 }) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), by: fc.integer({ min: 0, max: 15 }) }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 3, maxLength: 14 }),
        fc.integer({ min: 1, max: 8 }),
        async (steps, maxBuffered) => {
          const client = clientOf(proxy.port, { keepAliveMs: 15, patienceMs: 60, retry: { minMs: 2, maxMs: 10 } });
          const first = parts.orders.get('o1')!.version;
          const heard = read(client, { maxBuffered });
          await until(() => heard.versions.length > 0);
          for (const { kind, by } of steps) {
            // Never more than is replayed, or a snapshot that says so may come instead.
            if (kind === 'move')
              move(Math.min(parts.orders.get('o1')!.version + by, (heard.versions.at(-1) ?? first) + 60));
            else if (kind === 'delay') proxy.delay(by);
            else if (kind !== 'wait') proxy[kind]();
            await new Promise((resolve) => setTimeout(resolve, kind === 'move' ? 0 : by));
            if (kind === 'cut' || kind === 'stall') proxy.restore();
          }
          proxy.restore();
          const last = parts.orders.get('o1')!.version;
          await until(() => heard.versions.at(-1) === last, { what: `version ${last}` });
          client.close();
          expect(heard.versions).toEqual(Array.from({ length: last - first + 1 }, (_, at) => first + at));
          expect(heard.messages.slice(1).map(({ data }) => data?.orderStatusChanged.status)).toEqual(
            heard.versions.slice(1).map((version) => `S${version}`),
          );
        },
      ),
      { numRuns: 12 },
    );
  });
});

describe('a channel that is begun again', () => {
  it('is found again on the same port; what happened meanwhile is told', async () => {
    const served = await serve();
    const heard = read(clientOf(served.port));
    await until(() => heard.versions.length === 1);
    await served.close();
    closes.pop();
    await until(() => heard.stream.state.status === 'reconnecting');
    move(5);
    await serve({ port: served.port });
    await until(() => heard.versions.length === 5);
    expect(heard.marks).toEqual(['snapshot 1', ...[2, 3, 4, 5].map((version) => `event ${version}`)]);
  });

  it('with other keys refuses the cursor: the stream begins afresh, and says that it resynchronised', async () => {
    const served = await serve();
    const heard = read(clientOf(served.port));
    await until(() => heard.versions.length === 1);
    await served.close();
    closes.pop();
    move(3);
    await serve({ port: served.port, keys: ['another'] });
    await until(() => heard.versions.length === 2);
    move(4);
    await until(() => heard.versions.length === 3);
    expect(heard.marks).toEqual(['snapshot 1', 'resync 3 cursor-invalid', 'event 4']);
  });

  it('is waited for by a client that was there first', async () => {
    const served = await serve();
    await served.close();
    closes.pop();
    const heard = read(clientOf(served.port));
    await until(() => heard.stream.state.cause !== undefined);
    expect(heard.stream.state.status).toBe('connecting');
    await serve({ port: served.port });
    await until(() => heard.versions.length === 1);
    expect(new Set(heard.statuses)).toEqual(new Set(['connecting', 'live']));
  });
});

describe('a server that repeats itself', () => {
  it('is not repeated; what it says of the whole is always handed on', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    closes.push(() => new Promise((resolve) => server.close(resolve)));
    const asked: unknown[] = [];
    const say = (kind: string, version: number) => ({
      data: { orderStatusChanged: { version } },
      extensions: { stream: { kind, version, cursor: `c${version}` } },
    });
    server.on('connection', (socket) =>
      socket.on('message', (text) => {
        const { id, type, payload } = JSON.parse(String(text)) as {
          id: string;
          type: string;
          payload?: { extensions?: { resumeFrom?: string } };
        };
        if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
        if (type !== 'subscribe') return;
        asked.push(payload?.extensions?.resumeFrom);
        const answers =
          asked.length === 1
            ? [say('snapshot', 2), say('event', 3), say('event', 3), say('event', 2), say('event', 4)]
            : [say('event', 3), say('event', 4), say('event', 5), say('resync', 1), say('event', 1), say('event', 2)];
        for (const each of answers) socket.send(JSON.stringify({ id, type: 'next', payload: each }));
        if (asked.length === 1) socket.close(4500, 'broken');
      }),
    );
    const heard = read(clientOf((server.address() as AddressInfo).port));
    await until(() => heard.versions.length === 6);
    expect(heard.marks).toEqual(['snapshot 2', 'event 3', 'event 4', 'event 5', 'resync 1', 'event 2']);
    expect(asked).toEqual([undefined, 'c4']);
  });
});

describe('what a client missed too much of', () => {
  it('comes as a resync with its reason', async () => {
    const proxy = await through(await serve());
    const heard = read(clientOf(proxy.port));
    await until(() => heard.versions.length === 1);
    proxy.cut();
    move(80);
    proxy.restore();
    await until(() => heard.versions.length === 2);
    expect(heard.marks).toEqual(['snapshot 1', 'resync 80 too-far-behind']);
  });
});

describe('a reader', () => {
  it('that is slow holds few messages: the server is asked for the rest when there is room', async () => {
    const client = clientOf((await serve()).port);
    const stream = client.stream<Data>(query, { id: 'o1' }, { maxBuffered: 3 });
    const first = await stream.next();
    move(40);
    const versions = [first.value?.version];
    while (versions.length < 40) versions.push((await stream.next()).value?.version);
    expect(versions).toEqual(upTo(40));
  });

  it('ends it by leaving the loop, by its signal, or with the client: the server hears of it', async () => {
    const served = await serve();
    const proxy = await through(served);
    const client = clientOf(proxy.port);
    for await (const message of client.stream<Data>(query, { id: 'o1' })) {
      expect(message.kind).toBe('snapshot');
      break;
    }
    await until(() => proxy.connections === 0);
    const end = new AbortController();
    const heard = [read(client, { signal: end.signal }), read(client)];
    await until(() => heard.every(({ versions }) => versions.length === 1));
    end.abort();
    expect(await heard[0]!.ended).toBeUndefined();
    move(2);
    await until(() => heard[1]!.versions.length === 2);
    expect(proxy.connections).toBe(1);
    client.close();
    expect(await heard[1]!.ended).toBeUndefined();
    await until(() => proxy.connections === 0);
    expect(heard.map(({ versions, stream }) => [versions, stream.state.status])).toEqual([
      [[1], 'ended'],
      [[1, 2], 'ended'],
    ]);
    const late = read(client, { signal: AbortSignal.abort() });
    expect([await late.ended, late.messages]).toEqual([undefined, []]);
  });

  it('goes on from a cursor that it kept, in another client', async () => {
    const served = await serve();
    const first = read(clientOf(served.port));
    await until(() => first.versions.length === 1);
    await first.stream.return();
    move(3);
    const second = read(clientOf(served.port), { resumeFrom: first.messages[0]!.cursor });
    await until(() => second.versions.length === 2);
    expect(second.marks).toEqual(['event 2', 'event 3']);
  });
});

describe('what is refused', () => {
  it('ends a stream with an error that has its code', async () => {
    const client = clientOf((await serve()).port);
    parts.orders.get('o1')!.owner = 'other';
    const heard = read(client);
    const error = await heard.ended;
    expect([error instanceof StreamError, error?.code]).toEqual([true, 'NOT_FOUND']);
    expect(heard.stream.state).toMatchObject({ status: 'ended', cause: { code: 'NOT_FOUND' } });
    const wrong = client.stream('subscription { nothing }');
    await expect(wrong.next()).rejects.toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
  });

  it('for now is asked for again: a part of the graph that is down', async () => {
    const served = await serve({ streams: { failurePatienceMs: 20, retryMs: 1 } });
    const heard = read(clientOf(served.port));
    await until(() => heard.versions.length === 1);
    parts.down.add('orders');
    move(3);
    await until(() => heard.stream.state.status === 'reconnecting');
    expect(heard.stream.state.cause?.code).toBe('SUBGRAPH_UNAVAILABLE');
    parts.down.clear();
    await until(() => heard.versions.length === 3);
    expect(heard.versions).toEqual(upTo(3));
    expect(heard.stream.state.status).toBe('live');
  });
});

describe('a token', () => {
  it('that ends is renewed in band: nothing is cut', async () => {
    const proxy = await through(await serve());
    const occasions: string[] = [];
    const ends = Date.now() + 2_000;
    const heard = read(
      clientOf(proxy.port, {
        token: (occasion) => {
          occasions.push(occasion);
          return parts.token('customer', 'someone', { lifetimeSeconds: occasion === 'connect' ? 2 : 600 });
        },
      }),
    );
    await until(() => heard.versions.length === 1);
    // Past the end of the first one.
    await until(() => occasions.length === 2 && Date.now() > ends + 100);
    move(2);
    await until(() => heard.versions.length === 2);
    expect([occasions, heard.statuses]).toEqual([['connect', 'renew'], ['live']]);
  });

  it('that is refused leads to another one', async () => {
    const occasions: string[] = [];
    const heard = read(
      clientOf((await serve()).port, {
        token: (occasion) => {
          occasions.push(occasion);
          if (occasions.length === 2) throw new Error('the login is down');
          return occasions.length === 1 ? 'no token' : token;
        },
      }),
    );
    await until(() => heard.versions.length === 1);
    expect(occasions).toEqual(['connect', 'refused', 'refused']);
    expect(heard.states.map(({ status, cause }) => [status, cause?.code])).toEqual([
      ['connecting', 4403],
      ['connecting', 'TOKEN_UNAVAILABLE'],
      ['live', undefined],
    ]);
  });
});
