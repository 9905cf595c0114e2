import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createMetrics } from '#platform/telemetry/metrics.ts';
import { valueOf } from '#platform/testkit/prometheusText.ts';
import { until } from '#platform/testkit/until.ts';
import { FakeDomain } from '../../testkit/fakeDomain.ts';
import { fixture, type Fixture } from '../../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../../testkit/servedChannel.ts';

const query = 'subscription($id: ID!){orderStatusChanged(orderId:$id){status version}}';
const domain = new FakeDomain();
const metrics = createMetrics();
const clients: Reader[] = [];
let parts: Fixture;
/** One that waits for its readers as long as it takes, so that only what they miss counts, and one that does not. */
let patient: ServedChannel;
let strict: ServedChannel;
let token: string;
let id = '';
let count = 0;

beforeAll(async () => {
  parts = await fixture();
  token = await parts.token('customer');
  const serve = (name: string, maxStallMs: number) =>
    serveFixture(parts, {
      bus: domain,
      feeds: domain,
      metrics,
      cursorKeys: ['k'],
      hub: { gapMs: 5 },
      manifest: {
        name,
        streams: { lagMessages: 4, maxUnreadBytesPerConnection: 100_000, maxStallMs, pingMs: 600_000 },
      },
    });
  [patient, strict] = [await serve('patient', 600_000), await serve('strict', 1_500)];
});
afterAll(() => Promise.all([patient, strict].map((each) => each.close())));
beforeEach(() => {
  count += 1;
  id = `o${count}`;
  move(1);
});
afterEach(() => clients.splice(0).forEach((client) => client.end()));

const move = (version: number, more = '') => {
  parts.orders.set(id, { id, owner: 'someone', status: `S${version}${more}`, version });
  domain.statusChanged(id, version, `S${version}${more}`);
};
/** More than kernels buffer on both sides of a connection, by turns of the event loop, in which others are served. */
const moveOften = async (versions: number) => {
  for (let version = 2; version <= versions; version += 1) {
    move(version, 'x'.repeat(12_000));
    if (version % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
};
const evictions = async (channel: string, reason: string): Promise<number> =>
  valueOf(await metrics.text(), 'drburger_socket_evictions_total', { channel, reason }) ?? 0;

/** A client on `ws` that can stop to read what its kernel has received, as a screen does that hangs. */
class Reader {
  readonly heard: string[] = [];
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    // A connection that was reset is told as an error first.
    socket.on('error', () => undefined);
    socket.on('message', (data) => this.heard.push((data as Buffer).toString()));
  }

  static async open(channel: ServedChannel): Promise<Reader> {
    const socket = new WebSocket(channel.url.replace('http://localhost', 'ws://127.0.0.1'), 'graphql-transport-ws');
    const reader = new Reader(socket);
    clients.push(reader);
    await new Promise((resolve) => socket.once('open', resolve));
    reader.say({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    await until(() => reader.heard.length > 0);
    return reader;
  }

  say(message: unknown): void {
    this.#socket.send(JSON.stringify(message));
  }

  async follow(): Promise<void> {
    this.say({ id: '1', type: 'subscribe', payload: { query, variables: { id } } });
    await until(() => this.has('"kind":"snapshot"'));
  }

  has(text: string): boolean {
    return this.heard.some((message) => message.includes(text));
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.terminate();
  }
}

it('sends a resync to a client that did not read for a while, and nothing of what it has missed in between', async () => {
  const slow = await Reader.open(patient);
  await slow.follow();
  slow.pause();
  await moveOften(1_000);
  slow.resume();
  await until(() => slow.has('"reason":"lagged"'));
  move(1_001);
  await until(() => slow.has('"version":1001'));
  expect(slow.heard.length).toBeLessThan(1_000);
  const versions = slow.heard.flatMap((message) => /"status":"[^"]*","version":(\d+)/.exec(message)?.[1] ?? []);
  expect(versions.map(Number)).toEqual(versions.map(Number).sort((a, b) => a - b));
}, 30_000);

it('cuts off a client that reads nothing any more, while another one goes on', async () => {
  const [hung, other] = [await Reader.open(strict), await Reader.open(strict)];
  await Promise.all([hung.follow(), other.follow()]);
  const before = await evictions('strict', 'stalled');
  hung.pause();
  await moveOften(500);
  await until(() => other.has('"version":500'));
  await until(async () => (await evictions('strict', 'stalled')) > before, { timeoutMs: 20_000 });
  move(501);
  await until(() => other.has('"version":501'));
  expect(hung.has('"version":501')).toBe(false);
}, 30_000);

it('cuts off a client that asks and does not read the answers, once too much waits for it', async () => {
  const greedy = await Reader.open(patient);
  const other = await Reader.open(patient);
  const before = await evictions('patient', 'unread');
  greedy.pause();
  // Names are said in the answer, too: with long ones, few answers fill the buffers of both kernels.
  const manyFields = `{${Array.from({ length: 20 }, (_, at) => `${'a'.repeat(500)}${at}: shops{id}`).join(' ')}}`;
  let asked = 0;
  await until(
    async () => {
      for (let turn = 0; turn < 20; turn += 1)
        greedy.say({ id: `q${(asked += 1)}`, type: 'subscribe', payload: { query: manyFields } });
      return (await evictions('patient', 'unread')) > before;
    },
    { timeoutMs: 20_000 },
  );
  await other.follow();
}, 30_000);
