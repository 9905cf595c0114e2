import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import { FakeDomain } from '../testkit/fakeDomain.ts';
import { fixture, type Fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';
import { RawSocket } from '../testkit/streamingClient.ts';

const query = 'subscription($id: ID!){orderAwaited(orderId:$id){status}}';
const domain = new FakeDomain();
let parts: Fixture;
let served: ServedChannel;
let socket: RawSocket;

beforeAll(async () => {
  parts = await fixture();
  served = await serveFixture(parts, {
    bus: { tail: (topics, handle) => domain.tail(topics, handle) },
    feeds: domain,
    cursorKeys: ['secret'],
    hub: { gapMs: 5 },
    manifest: { name: 'kiosk' },
  });
  socket = await new RawSocket(served.url).begin(await parts.token('customer'));
});
afterAll(async () => {
  socket.cut();
  await served.close();
  parts.orders.clear();
});
beforeEach(() => {
  parts.calls.length = 0;
});

const make = (id: string, owner: string) => {
  parts.orders.set(id, { id, owner, status: 'S1', version: 1 });
  domain.statusChanged(id, 1, 'S1');
};
const statuses = ({ messages }: { messages: readonly object[] }) =>
  messages.map((message) => (message as { data?: { orderAwaited?: { status: string } } }).data?.orderAwaited?.status);

it('a stream of what is not there yet begins when it is there', async () => {
  const stream = socket.subscribe(query, { id: 'a1' });
  await until(() => parts.calls.length > 0);
  make('a1', 'someone');
  await until(() => stream.messages.length > 0);
  expect(statuses(stream)).toEqual(['S1']);
  parts.orders.set('a1', { id: 'a1', owner: 'someone', status: 'S2', version: 2 });
  domain.statusChanged('a1', 2, 'S2');
  await until(() => stream.messages.length > 1);
  expect(statuses(stream)).toEqual(['S1', 'S2']);
  expect(stream.isOver).toBe(false);
});

it('of what is somebody else’s it tells as little as of what never comes: once, that there is nothing', async () => {
  const other = socket.subscribe(query, { id: 'a2' });
  const never = socket.subscribe(query, { id: 'a3' });
  await until(() => parts.calls.length > 1);
  const began = performance.now();
  make('a2', 'other');
  await until(() => other.isOver || never.isOver, { timeoutMs: 10_000 });
  expect(performance.now() - began).toBeGreaterThan(4_000);
  await until(() => other.isOver && never.isOver, { timeoutMs: 10_000 });
  const nothing = [{ errors: [{ extensions: { code: 'NOT_FOUND' } }] }];
  expect(other.messages).toMatchObject(nothing);
  expect(never.messages).toEqual(other.messages);
});
