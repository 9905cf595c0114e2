import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { FakeTail } from '../testkit/fakeTail.ts';
import { fixture, type Fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';
import { RawSocket } from '../testkit/streamingClient.ts';

const routes: Readonly<Record<string, string>> = {
  getBoard: `query GetBoard($id: ID!)
    @rest(method: GET, path: "/boards/{id}", cacheSeconds: 60) { board(storeId: $id) { for } }`,
  getOrder:
    'query GetOrder($orderId: ID!) @rest(method: GET, path: "/orders/{orderId}") { order(orderId: $orderId) { id status version } }',
};
const order = 'query OrderPage($id: ID!) { order(orderId: $id) { id status version } }';

let parts: Fixture;
let bus: FakeTail;
let channel: ServedChannel;
const purged: string[] = [];

beforeAll(async () => {
  parts = await fixture();
  bus = new FakeTail();
  const folder = temporaryFolder('routes');
  mkdirSync(join(folder, 'v1', 'things'), { recursive: true });
  for (const [name, text] of Object.entries(routes))
    writeFileSync(join(folder, 'v1', 'things', `${name}.graphql`), text);
  const forCaller = { maxAgeSeconds: 0, keep: { for: 'caller', seconds: 60 } } as const;
  channel = await serveFixture(parts, {
    operations: { order },
    bus,
    purge: (tags) => Promise.resolve(void purged.push(...tags)),
    manifest: {
      routes: pathToFileURL(`${folder}/`),
      cache: {
        operations: {
          GetBoard: { maxAgeSeconds: 60, keep: { for: 'public', seconds: 60 } },
          GetOrder: forCaller,
          OrderPage: forCaller,
        },
      },
    },
  });
});
beforeEach(() => {
  parts.calls.length = 0;
});
afterAll(() => channel.close());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(new URL(path, channel.url.replace('localhost', '127.0.0.1')), { headers });

describe('an answer of REST', () => {
  it('is kept as it is written there, by its caches and by a CDN, until an event', async () => {
    const first = await get('/v1/boards/1');
    const etag = first.headers.get('etag')!;
    expect([first.status, first.headers.get('surrogate-key'), first.headers.get('cdn-cache-control')]).toEqual([
      200,
      'kiosk kiosk.orders.store kiosk.orders.store:1',
      'max-age=60',
    ]);
    expect(await first.json()).toEqual({ for: expect.stringMatching(/./) as unknown });
    const again = await get('/v1/boards/1', { 'if-none-match': `"other", ${etag}` });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    expect(parts.calls).toHaveLength(1);
    bus.happened('orders.v1', 'store:2');
    bus.happened('orders.v1', 'store:1');
    expect((await get('/v1/boards/1', { 'if-none-match': etag })).status).toBe(304);
    expect(parts.calls).toHaveLength(2);
    await expect.poll(() => purged).toContain('kiosk.orders.store:1');
  });

  it('is not for others, nor for a CDN, where it is of its caller', async () => {
    parts.orders.set('r1', { id: 'r1', owner: 'ann', status: 'PLACED', version: 1 });
    const of = async (subject: string) => ({ authorization: `Bearer ${await parts.token('customer', subject)}` });
    const answers = [];
    for (const subject of ['ann', 'bob', 'ann', 'bob']) answers.push(await get('/v1/orders/r1', await of(subject)));
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 200, 404]);
    expect(answers.map(({ headers }) => headers.get('surrogate-key'))).toEqual([null, null, null, null]);
    // What is not there, or not one's own, is asked for each time.
    expect(parts.calls).toHaveLength(3);
  });

  it('of a failure is not kept', async () => {
    parts.down.add('orders');
    expect((await get('/v1/boards/9')).status).toBe(503);
    parts.down.delete('orders');
    expect((await get('/v1/boards/9')).status).toBe(200);
  });
});

describe('an answer over a WebSocket', () => {
  it('is the one that is kept for HTTP', async () => {
    parts.orders.set('w1', { id: 'w1', owner: 'ann', status: 'PLACED', version: 1 });
    const token = await parts.token('customer', 'ann');
    const socket = await new RawSocket(channel.url).begin(token);
    const asked = async () => {
      const { id } = socket.subscribe(order, { id: 'w1' });
      const { payload } = await socket.heard((frame) => frame.id === id && frame.type === 'next');
      return payload;
    };
    const answer = { data: { order: { id: 'w1', status: 'PLACED', version: 1 } } };
    expect([await asked(), await asked()]).toEqual([answer, answer]);
    const body = { query: order, variables: { id: 'w1' } };
    expect((await channel.post(body, { authorization: `Bearer ${token}` })).body).toEqual(answer);
    expect(parts.calls).toHaveLength(1);
    bus.statusChanged('w1', 2, 'READY');
    parts.orders.set('w1', { id: 'w1', owner: 'ann', status: 'READY', version: 2 });
    expect(await asked()).toEqual({ data: { order: { id: 'w1', status: 'READY', version: 2 } } });
    socket.cut();
  });
});
