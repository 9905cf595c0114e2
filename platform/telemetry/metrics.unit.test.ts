import { describe, expect, it } from 'vitest';
import { metricCatalogue } from './metricCatalogue.ts';
import { createMetrics } from './metrics.ts';

const linesOf = async (metrics: ReturnType<typeof createMetrics>, name: string): Promise<string[]> =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(name));

describe('metrics', () => {
  it('counts by labels', async () => {
    const metrics = createMetrics();
    metrics.count('streamMessages', { channel: 'kiosk', kind: 'event' }, 3);
    metrics.count('streamMessages', { channel: 'kiosk', kind: 'event' });
    metrics.count('streamMessages', { channel: 'web', kind: 'snapshot' });
    expect(await linesOf(metrics, 'drburger_stream_messages_total')).toEqual([
      'drburger_stream_messages_total{channel="kiosk",kind="event"} 4',
      'drburger_stream_messages_total{channel="web",kind="snapshot"} 1',
    ]);
  });

  it('begins at 0 for all that a label may say', async () => {
    const metrics = createMetrics();
    metrics.count('streamMessages', { channel: 'kiosk', kind: 'event' });
    metrics.begin('streamMessages', { channel: 'kiosk' });
    metrics.begin('relayFailures', { domain: 'orders' });
    expect((await linesOf(metrics, 'drburger_stream_messages_total')).sort()).toEqual(
      [
        ['event', 1],
        ['resync', 0],
        ['snapshot', 0],
      ].map(([kind, count]) => `drburger_stream_messages_total{channel="kiosk",kind="${kind}"} ${count}`),
    );
    expect(await linesOf(metrics, 'drburger_relay_failures_total')).toEqual([
      'drburger_relay_failures_total{domain="orders"} 0',
    ]);
  });

  it('sorts durations into buckets, in seconds', async () => {
    const metrics = createMetrics();
    metrics.observe('httpRequestDuration', { channel: 'kiosk', operation: 'Home' }, 0.004);
    metrics.observe('httpRequestDuration', { channel: 'kiosk', operation: 'Home' }, 0.2);
    const lines = await linesOf(metrics, 'drburger_http_request_duration_seconds');
    expect(lines).toContain(
      'drburger_http_request_duration_seconds_bucket{le="0.005",channel="kiosk",operation="Home"} 1',
    );
    expect(lines).toContain(
      'drburger_http_request_duration_seconds_bucket{le="+Inf",channel="kiosk",operation="Home"} 2',
    );
    expect(lines).toContain(
      'drburger_http_request_duration_seconds_sum{channel="kiosk",operation="Home"} 0.20400000000000001',
    );
  });

  it('reads gauges when asked, adds up what several sources say, and forgets what is no longer said', async () => {
    const metrics = createMetrics();
    let asked = 0;
    const stop = metrics.onScrape('one', (report) => {
      asked += 1;
      report('streamConnections', { channel: 'kiosk' }, 2);
    });
    metrics.onScrape('two', async (report) => report('streamConnections', { channel: 'kiosk' }, 3));
    expect(asked).toBe(0);
    expect(await linesOf(metrics, 'drburger_stream_connections')).toEqual([
      'drburger_stream_connections{channel="kiosk"} 5',
    ]);
    expect(await linesOf(metrics, 'drburger_stream_connections')).toEqual([
      'drburger_stream_connections{channel="kiosk"} 5',
    ]);
    expect(asked).toBe(2);
    stop();
    expect(await linesOf(metrics, 'drburger_stream_connections')).toEqual([
      'drburger_stream_connections{channel="kiosk"} 3',
    ]);
    expect(() => metrics.onScrape('two', () => undefined)).toThrow('two sources of metrics are called two');
  });

  it('leaves out a source that fails, with all that it said before', async () => {
    const metrics = createMetrics();
    metrics.onScrape('well', (report) => report('outboxDepth', { domain: 'orders' }, 1));
    metrics.onScrape('rejects', async (report) => {
      report('outboxDepth', { domain: 'menu' }, 1);
      throw new Error('gone');
    });
    metrics.onScrape('throws', () => {
      throw new Error('gone');
    });
    expect(await linesOf(metrics, 'drburger_outbox_events')).toEqual(['drburger_outbox_events{domain="orders"} 1']);
    expect(await linesOf(metrics, 'drburger_metrics_source_up')).toEqual([
      'drburger_metrics_source_up{source="well"} 1',
      'drburger_metrics_source_up{source="rejects"} 0',
      'drburger_metrics_source_up{source="throws"} 0',
    ]);
  });

  it('waits for no source longer than it may, and never has one run twice at once', async () => {
    const metrics = createMetrics({ answerWithinMs: 20 });
    const ends: (() => void)[] = [];
    metrics.onScrape('slow', async (report) => {
      await new Promise<void>((resolve) => ends.push(resolve));
      report('outboxDepth', { domain: 'orders' }, ends.length);
    });
    expect(await linesOf(metrics, 'drburger_metrics_source_up')).toEqual([
      'drburger_metrics_source_up{source="slow"} 0',
    ]);
    expect(await linesOf(metrics, 'drburger_outbox_events')).toEqual([]);
    expect(ends).toHaveLength(1);
    ends[0]!();
    await new Promise((resolve) => setImmediate(resolve));
    const text = metrics.text();
    ends[1]!();
    expect(await text).toContain('drburger_outbox_events{domain="orders"} 2');
  });

  it('tells what is no number as the format has it', async () => {
    const metrics = createMetrics();
    metrics.onScrape('one', (report) => report('outboxDepth', { domain: 'Nan' }, Number.NaN));
    expect(await linesOf(metrics, 'drburger_outbox_events')).toEqual(['drburger_outbox_events{domain="Nan"} NaN']);
  });

  it('asks once for all who ask at the same time', async () => {
    const metrics = createMetrics();
    let asked = 0;
    metrics.onScrape('one', async () => void (asked += 1));
    const [one, two] = await Promise.all([metrics.text(), metrics.text()]);
    expect(one).toBe(two);
    expect(asked).toBe(1);
  });

  it('is one of its own for each who makes one', async () => {
    const [one, two] = [createMetrics(), createMetrics({ process: true })];
    one.count('relayFailures', { domain: 'orders' });
    expect(await linesOf(two, 'drburger_relay_failures_total')).toEqual([]);
    expect(await linesOf(one, 'nodejs_heap_size_used_bytes')).toEqual([]);
    expect(await linesOf(two, 'nodejs_heap_size_used_bytes')).toHaveLength(1);
  });
});

describe('the catalogue of metrics', () => {
  it.each(Object.values(metricCatalogue))('names $name as Prometheus asks', ({ kind, name, help }) => {
    expect(name).toMatch(/^drburger_[a-z]+(_[a-z]+)*$/);
    expect(name.endsWith('_total')).toBe(kind === 'counter');
    // What a request costs has no unit.
    if (kind === 'histogram') expect(name).toMatch(/_(seconds|cost)$/);
    expect(help).toMatch(/\.$/);
  });

  it('gives each name once', () => {
    const names = Object.values(metricCatalogue).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
