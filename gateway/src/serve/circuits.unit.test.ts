import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { createMetrics, type Metrics } from '#platform/telemetry/metrics.ts';
import { valueOf } from '#platform/testkit/prometheusText.ts';
import { fixture, fixtureSources, type Fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';

let parts: Fixture;
let channel: ServedChannel;
let metrics: Metrics;

beforeAll(async () => {
  parts = await fixture();
});
beforeEach(async () => {
  await channel?.close();
  parts.down.clear();
  metrics = createMetrics();
  channel = await serveFixture(parts, { metrics });
});
// How long a circuit stays open is by this clock.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());
afterAll(() => channel.close());

const page = () => channel.post({ query: '{ shop(id: "1") { name wares { title } } }' });
const askedOf = (name: string) => parts.calls.filter(({ subgraph }) => subgraph === name).length;
const health = async () => {
  const response = await fetch(new URL('/health/ready', channel.url.replace('localhost', '127.0.0.1')));
  return [response.status, await response.json()] as const;
};
const told = async (name: string, labels: Record<string, string>) =>
  valueOf(await metrics.text(), `drburger_${name}`, { channel: 'kiosk', subgraph: 'wares', ...labels });
const unavailable = [
  expect.objectContaining({ path: ['shop', 'wares'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }),
];

it('does not ask a subgraph that does not answer, says so at once and with its place, and answers the rest', async () => {
  parts.down.add('wares');
  for (let at = 0; at < 5; at += 1) expect((await page()).body.errors).toEqual(unavailable);
  parts.calls.length = 0;
  const { status, body } = await page();
  expect([status, body.data, body.errors]).toEqual([200, { shop: { name: 'Shop 1', wares: null } }, unavailable]);
  expect([askedOf('wares'), askedOf('shops')]).toEqual([0, 1]);
  expect(await told('subgraph_fetches_total', { outcome: 'unavailable' })).toBe(5);
  expect(await told('subgraph_fetches_total', { outcome: 'open' })).toBe(1);
  expect(await told('subgraph_circuit', { state: 'open' })).toBe(1);
  expect(await told('subgraph_circuit', { subgraph: 'shops', state: 'closed' })).toBe(1);
  expect(await health(), 'what other subgraphs answer is worth asking for').toEqual([
    200,
    { status: 'ready', notAnswering: ['wares'] },
  ]);

  // Another supergraph does not make it answer.
  await channel.reloadWith(fixtureSources());
  expect([(await page()).body.errors, askedOf('wares')]).toEqual([unavailable, 0]);

  parts.down.clear();
  vi.setSystemTime(Date.now() + 1_000);
  expect([(await page()).body.errors, askedOf('wares')]).toEqual([undefined, 1]);
  expect(await told('subgraph_circuit', { state: 'closed' })).toBe(1);
  expect(await health()).toEqual([200, { status: 'ready' }]);
});

it('goes on asking a subgraph whose answers are errors, of clients or its own', async () => {
  for (let at = 0; at < 20; at += 1) {
    await channel.post({ query: '{ shop(id: "1") { wares { broken } } }' });
    await channel.post({ query: '{ shop { wares { nothing } } }' });
  }
  expect(await told('subgraph_fetches_total', { outcome: 'error' })).toBe(20);
  expect(await told('subgraph_circuit', { state: 'closed' })).toBe(1);
  expect((await page()).body.errors).toBeUndefined();
});

it('has its failures, its pause and its patience by setting', async () => {
  await channel.close();
  channel = await serveFixture(parts, { metrics, circuit: { failures: 2, openMs: 30_000, patienceMs: 5_000 } });
  parts.down.add('wares');
  for (let at = 0; at < 2; at += 1) expect((await page()).body.errors).toEqual(unavailable);
  parts.calls.length = 0;
  parts.down.clear();
  vi.setSystemTime(Date.now() + 29_000);
  expect([(await page()).body.errors, askedOf('wares')]).toEqual([unavailable, 0]);
  vi.setSystemTime(Date.now() + 1_000);
  expect([(await page()).body.errors, askedOf('wares')]).toEqual([undefined, 1]);
});
