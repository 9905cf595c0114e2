import { beforeAll, expect, test } from 'vitest';
import { OrderStatusChangedDocument, PlaceOrderDocument } from '#generated/bffs/kiosk/operations.ts';
import { metricCatalogue } from '#platform/telemetry/metricCatalogue.ts';
import { parsePrometheus, valueOf } from '#platform/testkit/prometheusText.ts';
import { until } from '#platform/testkit/until.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { orderInput } from '../harness/placing.ts';
import { handOver, markReady, startPreparation } from '../harness/staffDocuments.ts';
import { shutDatabase } from '../harness/shutDatabase.ts';
import { startTestSystem, type TestSystem } from '../harness/startTestSystem.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startTestSystem({ channels: ['kiosk'] });
});

async function scrape(): Promise<string> {
  const response = await fetch(system.metricsUrl);
  expect(response.status).toBe(200);
  return response.text();
}
const told = async (name: string, labels: Record<string, string> = {}) =>
  valueOf(await scrape(), `drburger_${name}`, labels);

test('what an order did can be seen: asked, fetched, told, heard, ended', async () => {
  const [kiosk, kitchen] = [system.client('kiosk', { role: 'kiosk' }), system.client('gateway', { role: 'kitchen' })];
  const { placeOrder } = await kiosk.ask(PlaceOrderDocument, { input: orderInput('KIOSK') });
  if (placeOrder.__typename !== 'PlaceOrderSuccess') throw new Error(`placing answered ${placeOrder.__typename}`);
  const orderId = placeOrder.order.id;
  const statuses = kiosk.subscribe(OrderStatusChangedDocument, { orderId });
  const reached = (status: string) => statuses.next((message) => message.orderStatusChanged?.status === status, status);
  await reached('CONFIRMED');
  expect(await told('sagas', { saga: 'placeOrder', state: 'running' })).toBe(1);
  expect([
    await told('stream_connections', { channel: 'kiosk' }),
    await told('stream_subscriptions', { channel: 'kiosk' }),
  ]).toEqual([1, 1]);
  for (const [step, status] of [
    [startPreparation, 'PREPARING'],
    [markReady, 'READY'],
    [handOver, 'COMPLETED'],
  ] as const) {
    await kitchen.ask(step, { orderId });
    await reached(status);
  }
  await until(async () => (await told('sagas', { saga: 'placeOrder' })) === undefined, { what: 'the saga ends' });
  const text = await until(
    async () => {
      const each = await scrape();
      return valueOf(each, 'drburger_outbox_events') === 0 && valueOf(each, 'drburger_consumer_lag_messages') === 0
        ? each
        : undefined;
    },
    { what: 'everything is told and heard', timeoutMs: 30_000 },
  );
  const value = (name: string, labels: Record<string, string> = {}) => valueOf(text, `drburger_${name}`, labels);

  expect(value('http_requests_total', { channel: 'kiosk', operation: 'PlaceOrder', status: '200' })).toBe(1);
  expect(value('http_requests_total', { channel: 'gateway', operation: 'other', status: '200' })).toBe(3);
  expect(value('http_request_duration_seconds_count', { channel: 'kiosk', operation: 'PlaceOrder' })).toBe(1);
  expect(value('graphql_errors_total')).toBe(0);
  expect(value('subgraph_fetches_total', { channel: 'kiosk', subgraph: 'orders', outcome: 'ok' })).toBeGreaterThan(0);
  expect(value('subgraph_fetches_total', { outcome: 'unavailable' })).toBe(0);

  expect(value('events_appended_total', { domain: 'orders', type: 'OrderCreated' })).toBe(1);
  expect(value('events_appended_total', { domain: 'payments', type: 'PaymentProcessed' })).toBeGreaterThan(0);
  expect(value('events_published_total', { domain: 'orders' })).toBe(
    value('events_appended_total', { domain: 'orders' }),
  );
  expect(value('relay_delay_seconds_count', { domain: 'orders' })).toBe(
    value('events_published_total', { domain: 'orders' }),
  );
  expect(value('relay_leading')).toBe(subgraphs.length);
  expect(value('relay_lag_seconds')).toBe(0);
  expect(
    value('consumer_messages_total', { domain: 'orders', consumer: 'orders.orderCreated', outcome: 'handled' }),
  ).toBe(1);
  expect(
    value('consumer_messages_total', { domain: 'orders', consumer: 'orders.orderStatusChanged', outcome: 'handled' }),
  ).toBeGreaterThan(0);
  // A guest's order earns nobody points.
  expect(
    value('consumer_messages_total', { domain: 'loyalty', consumer: 'loyalty.orderStatusChanged', outcome: 'ignored' }),
  ).toBeGreaterThan(0);
  expect(value('consumer_messages_total', { outcome: 'parked' })).toBe(0);
  expect(value('parked_messages')).toBeUndefined();

  // The stream of a finished order ends by itself.
  expect(value('stream_subscriptions', { channel: 'kiosk' })).toBe(0);
  const delivered = statuses.messages.length;
  expect(value('stream_messages_total', { channel: 'kiosk' })).toBe(delivered);
  expect(value('stream_messages_total', { channel: 'kiosk', kind: 'event' })).toBeGreaterThanOrEqual(3);
  expect(value('stream_delay_seconds_count', { channel: 'kiosk' })).toBeGreaterThanOrEqual(3);
  expect(value('socket_unread_bytes', { channel: 'kiosk' })).toBe(0);
  expect(value('socket_evictions_total') ?? 0).toBe(0);
  expect(valueOf(text, 'process_resident_memory_bytes')).toBeGreaterThan(50_000_000);
});

test('every metric of the catalogue is declared, as what it is', async () => {
  const families = parsePrometheus(await scrape());
  for (const { name, kind } of Object.values(metricCatalogue)) expect(families.get(name)?.type, name).toBe(kind);
});

test('a database that is down takes its own numbers away, and nothing else', async () => {
  const shut = await shutDatabase(system, 'menu');
  const text = await until(
    async () => {
      const each = await scrape();
      return valueOf(each, 'drburger_metrics_source_up', { source: 'menu.database' }) === 0 ? each : undefined;
    },
    { what: 'the source is told to be down' },
  );
  expect(valueOf(text, 'drburger_outbox_events', { domain: 'menu' })).toBeUndefined();
  expect(valueOf(text, 'drburger_outbox_events')).toBe(0);
  expect(
    parsePrometheus(text)
      .get('drburger_metrics_source_up')!
      .samples.filter(({ value }) => value === 0)
      .map(({ labels }) => labels['source']),
  ).toEqual(['menu.database']);
  await shut.open();
  await until(async () => (await told('outbox_events', { domain: 'menu' })) === 0, { what: 'its numbers are back' });
});

test('nothing else is served there', async () => {
  for (const [path, method, status] of [
    ['/graphql', 'POST', 404],
    ['/', 'GET', 404],
    ['/metrics', 'POST', 405],
  ] as const) {
    expect((await fetch(new URL(path, system.metricsUrl), { method })).status).toBe(status);
  }
  for (const channel of ['kiosk', 'gateway'])
    expect((await fetch(new URL('/metrics', system.urlOf(channel)))).status).toBe(404);
});
