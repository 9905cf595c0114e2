import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { Revocations } from '#platform/identity/revocations.ts';
import { createMetrics } from '#platform/telemetry/metrics.ts';
import { until } from '#platform/testkit/until.ts';
import { FakeDomain } from '../testkit/fakeDomain.ts';
import { fixture, fixtureSources, type Fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';
import { RawSocket } from '../testkit/streamingClient.ts';

/** A domain whose topics are only heard once the test lets `tail` resolve. */
class SlowDomain extends FakeDomain {
  slow: Promise<void> | undefined;
  asked = 0;

  override async tail(...asked: Parameters<FakeDomain['tail']>): ReturnType<FakeDomain['tail']> {
    this.asked += 1;
    await this.slow;
    return super.tail(...asked);
  }
}

let parts: Fixture;
let domain: SlowDomain;
const opened: ServedChannel[] = [];

beforeAll(async () => {
  parts = await fixture();
});
beforeEach(() => {
  domain = new SlowDomain();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

const serve = async (options: Parameters<typeof serveFixture>[1] = {}) => {
  const served = await serveFixture(parts, {
    bus: domain,
    feeds: domain,
    cursorKeys: ['k'],
    hub: { gapMs: 5 },
    ...options,
  });
  opened.push(served);
  return served;
};
/** The fixture's graph, with boards that follow other events. */
const boardsOf = (event: string) =>
  fixtureSources((text) =>
    text.replace(
      'boardChanged(storeId: ID!): Board @anyone @tag(name: "public") @eventStream(events: ["OrderStatusChanged"]',
      (found) => found.replace('OrderStatusChanged', event),
    ),
  );

/** Revocations, and the listeners that were registered with them. */
function heardRevocations() {
  const listeners = new Set<() => void>();
  const revocations = new Revocations();
  vi.spyOn(revocations, 'onRevoked').mockImplementation((listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  });
  return { revocations, listeners };
}

it('closing a channel twice closes it once, so that the other channels of the process still hear the bus', async () => {
  const [channel, other] = [await serve(), await serve()];
  const move = (version: number) => {
    parts.orders.set('o1', { id: 'o1', owner: 'someone', status: `S${version}`, version });
    domain.statusChanged('o1', version, `S${version}`);
  };
  move(1);
  const socket = await new RawSocket(other.url).begin(await parts.token('customer'));
  const stream = socket.subscribe('subscription Status($id: ID!){orderStatusChanged(orderId:$id){status}}', {
    id: 'o1',
  });
  await until(() => stream.messages.length === 1);
  await Promise.all([channel.close(), channel.close()]);
  await channel.close();
  expect(domain.open).toEqual(['orders.v1']);
  move(2);
  await until(() => stream.messages.length === 2);
  socket.cut();
});

it('a channel that closes lets a running reload end and starts no other, so that no topic is heard afterwards', async () => {
  const { revocations, listeners } = heardRevocations();
  const channel = await serve({ revocations });
  const started = withResolvers();
  domain.slow = started.promise;
  const first = channel.reloadWith(boardsOf('StoreHoursChanged'));
  const second = channel.reloadWith(boardsOf('MenuItemAvailabilityChanged')).then(
    () => 'taken',
    () => 'refused',
  );
  await until(() => domain.asked === 2);
  const closing = channel.close();
  const third = channel.reloadWith(fixtureSources()).then(
    () => 'taken',
    () => 'refused',
  );
  // All clients have gone, and only the reload is left to wait for.
  await until(() => listeners.size === 0);
  started.resolve();
  await first;
  expect(await Promise.all([second, third])).toEqual(['refused', 'refused']);
  await closing;
  expect(domain.open).toEqual([]);
});

it('a channel is not closed before a running reload has ended', async () => {
  const other = await serve();
  const { revocations, listeners } = heardRevocations();
  const channel = await serve({ revocations });
  const started = withResolvers();
  domain.slow = started.promise;
  const order: string[] = [];
  const reloading = channel.reloadWith(boardsOf('StoreHoursChanged')).then(() => order.push('taken'));
  await until(() => domain.asked === 2);
  const closing = channel.close().then(() => order.push('closed'));
  await until(() => listeners.size === 0);
  // Only the reload could delay the close, since the other channel keeps the shared tails open.
  await new Promise((resolve) => setImmediate(resolve));
  started.resolve();
  await Promise.all([reloading, closing]);
  expect(order).toEqual(['taken', 'closed']);
  await other.close();
  expect(domain.open).toEqual([]);
});

it('a channel that cannot listen leaves no timer, listener or tail behind, and can be started again', async () => {
  const taken = await serve({ bus: undefined, feeds: undefined });
  const metrics = createMetrics();
  const { revocations, listeners } = heardRevocations();
  const [begun, ended] = [vi.spyOn(globalThis, 'setInterval'), vi.spyOn(globalThis, 'clearInterval')];
  await expect(serve({ port: taken.port, metrics, revocations })).rejects.toThrow('EADDRINUSE');
  const timers = begun.mock.results.map(({ value }) => value as unknown);
  expect(timers.length).toBeGreaterThan(0);
  expect(timers.filter((timer) => !ended.mock.calls.some(([cleared]) => cleared === timer)).length).toBe(0);
  expect([listeners.size, domain.open]).toEqual([0, []]);
  await serve({ metrics, revocations });
  expect(await metrics.text()).toContain('channel="kiosk"');
});

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
