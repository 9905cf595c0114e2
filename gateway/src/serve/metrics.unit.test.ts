import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createMetrics, type Metrics } from '#platform/telemetry/metrics.ts';
import { valueOf } from '#platform/testkit/prometheusText.ts';
import { until } from '#platform/testkit/until.ts';
import { fixture, type Fixture } from '../testkit/fixtureGraph.ts';
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
  parts.gate = () => Promise.resolve();
  metrics = createMetrics();
  channel = await serveFixture(parts, {
    metrics,
    operations: { Shops: 'query Shops { shops { name wares { title } } }' },
    manifest: { limits: { deadlineMs: 500 } },
  });
});
afterAll(() => channel.close());

const shops = '{ shops { name wares { title } } }';
const told = async (name: string, labels: Record<string, string>) =>
  valueOf(await metrics.text(), `drburger_${name}`, labels);

it('counts and times requests by the trusted document they ran, and those with other documents together', async () => {
  for (const query of [
    'query Shops { shops { name wares { title } } }',
    'query Shops { shops { name } }',
    'query Mine { shops { name } }',
  ])
    await channel.post({ query });
  expect(await told('http_requests_total', { channel: 'kiosk', operation: 'Shops', status: '200' })).toBe(1);
  expect(await told('http_requests_total', { channel: 'kiosk', operation: 'other', status: '200' })).toBe(2);
  expect(await told('http_request_duration_seconds_count', { operation: 'Shops' })).toBe(1);
  const text = await metrics.text();
  expect(valueOf(text, 'drburger_http_request_duration_seconds_sum', { operation: 'Shops' })).toBeGreaterThan(0);
  expect(text).not.toContain('Mine');
});

it('counts errors by code, also those of refused requests, and starts each code at 0', async () => {
  expect(await told('graphql_errors_total', { code: 'INTERNAL_SERVER_ERROR' })).toBe(0);
  await channel.post({ query: '{ nothing }' });
  await channel.post('no JSON');
  expect(await told('graphql_errors_total', { channel: 'kiosk', code: 'GRAPHQL_VALIDATION_FAILED' })).toBe(1);
  expect(await told('graphql_errors_total', { code: 'BAD_REQUEST' })).toBe(1);
  expect(await told('http_requests_total', { operation: 'other', status: '400' })).toBe(2);
});

it('counts fetches by subgraph and outcome', async () => {
  await channel.post({ query: shops });
  parts.down.add('wares');
  expect((await channel.post({ query: shops })).body.errors).toHaveLength(2);
  expect(await told('subgraph_fetches_total', { channel: 'kiosk', subgraph: 'shops', outcome: 'ok' })).toBe(2);
  expect(await told('subgraph_fetches_total', { subgraph: 'wares', outcome: 'ok' })).toBe(1);
  expect(await told('subgraph_fetches_total', { subgraph: 'wares', outcome: 'unavailable' })).toBe(1);
  expect(await told('subgraph_fetch_duration_seconds_count', { subgraph: 'wares' })).toBe(2);
  expect(await told('graphql_errors_total', { code: 'SUBGRAPH_UNAVAILABLE' })).toBe(2);

  parts.down.clear();
  parts.gate = (subgraph) => (subgraph === 'shops' ? new Promise(() => undefined) : Promise.resolve());
  await channel.post({ query: shops });
  expect(await told('subgraph_fetches_total', { subgraph: 'shops', outcome: 'late' })).toBe(1);
  expect(await told('subgraph_fetches_total', { subgraph: 'shops', outcome: 'error' })).toBe(0);
});

it('counts requests of clients that have gone separately, and fetches nothing more for them', async () => {
  const client = new AbortController();
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  parts.calls.length = 0;
  parts.gate = async (subgraph) => {
    if (subgraph !== 'shops') return;
    client.abort();
    await held;
  };
  const asked = fetch(channel.url, {
    method: 'POST',
    body: JSON.stringify({ query: shops }),
    headers: { 'content-type': 'application/json' },
    signal: client.signal,
  });
  await expect(asked).rejects.toThrow(/aborted/);
  await until(async () => (await told('http_requests_total', { operation: 'other', status: '499' })) === 1);
  release();
  expect(parts.calls.map(({ subgraph }) => subgraph)).toEqual(['shops']);
  expect(await told('subgraph_fetches_total', { subgraph: 'shops', outcome: 'abandoned' })).toBe(1);
  for (const code of ['DEADLINE_EXCEEDED', 'SUBGRAPH_UNAVAILABLE'])
    expect(await told('graphql_errors_total', { code }), code).toBe(0);
});
