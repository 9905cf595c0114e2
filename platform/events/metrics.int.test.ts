import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMetrics, type Metrics } from '#platform/telemetry/metrics.ts';
import { valueOf } from '#platform/testkit/prometheusText.ts';
import { startTcpProxy, type TcpProxy } from '#platform/testkit/tcpProxy.ts';
import { databaseOf, emptyDatabase } from '#platform/testkit/testDatabase.ts';
import { until } from '#platform/testkit/until.ts';
import { postgresBus } from './bus/postgresBus.ts';
import type { EventBus } from './eventBus.ts';
import { PermanentFailure } from './failure.ts';
import { CounterRaised, counterDomain, raised, type CounterDomain } from './fixtures/counterDomain.ts';
import { onEvent } from './onEvent.ts';
import { startRelay, type Relay } from './relay.ts';
import { reportDomain } from './reportDomain.ts';
import { reportLag } from './reportLag.ts';
import { runConsumers, type RunningConsumers } from './runConsumers.ts';

const log = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' });

describe('metrics of events', () => {
  let metrics: Metrics;
  let producer: CounterDomain & { close(): Promise<void> };
  let hearer: CounterDomain & { close(): Promise<void> };
  let line: TcpProxy;
  let bus: EventBus;
  let relay: Relay;
  let running: RunningConsumers;
  let behave: (counter: string) => void;

  beforeEach(async () => {
    metrics = createMetrics({ answerWithinMs: 500 });
    const [producing, hearing, busDatabase] = await Promise.all([
      emptyDatabase(),
      emptyDatabase(),
      databaseOf('platform/events/bus/migrations'),
    ]);
    const through = new URL(producing.url);
    line = await startTcpProxy({ host: through.hostname, port: Number(through.port) });
    [through.hostname, through.port] = ['127.0.0.1', String(line.port)];
    producer = counterDomain(through.href, { relay: () => relay, metrics });
    hearer = counterDomain(hearing.url, { name: 'hearer', metrics });
    bus = await postgresBus({ databaseUrl: busDatabase.url, log });
    reportLag(metrics, bus);
    behave = () => undefined;
    running = await runConsumers(
      hearer,
      [onEvent(CounterRaised, 'hearer.counterRaised', async ({ data }) => behave(data.counter))],
      bus,
    );
    reportDomain(hearer, { leading: false });
  });
  afterEach(async () => {
    line.restore();
    await running.stop();
    await relay?.stop();
    await bus.close();
    await Promise.all([producer.close(), hearer.close()]);
    await line.close();
  });

  const raise = (counter: string) => producer.transaction((tx) => producer.events.append(tx, null, [raised(counter)]));
  const lead = async () => {
    relay = await startRelay(producer, bus, { pollMs: 20 });
    reportDomain(producer, relay);
  };
  const told = async (name: string, labels: Record<string, string>) =>
    valueOf(await metrics.text(), `drburger_${name}`, labels);
  const outcome = (of: string) =>
    told('consumer_messages_total', { domain: 'hearer', consumer: 'hearer.counterRaised', outcome: of });

  it('tell the outbox and its age before the relay, and what was published after how long', async () => {
    const standby = reportDomain(producer, { leading: false });
    await raise('a');
    await raise('a');
    expect(await told('outbox_events', { domain: 'counters' })).toBe(2);
    const lag = await told('relay_lag_seconds', { domain: 'counters' });
    expect(lag).toBeGreaterThan(0);
    expect(await told('relay_lag_seconds', { domain: 'counters' })).toBeGreaterThan(lag!);
    expect(await told('relay_leading', { domain: 'counters' })).toBe(0);
    expect(await told('events_published_total', { domain: 'counters' })).toBe(0);
    standby();
    await lead();
    await until(async () => (await told('outbox_events', { domain: 'counters' })) === 0);
    const text = await metrics.text();
    expect(valueOf(text, 'drburger_relay_leading', { domain: 'counters' })).toBe(1);
    expect(valueOf(text, 'drburger_relay_lag_seconds', { domain: 'counters' })).toBe(0);
    expect(valueOf(text, 'drburger_events_published_total', { domain: 'counters' })).toBe(2);
    expect(valueOf(text, 'drburger_relay_delay_seconds_count', { domain: 'counters' })).toBe(2);
    expect(valueOf(text, 'drburger_relay_delay_seconds_sum', { domain: 'counters' })).toBeGreaterThan(lag!);
  });

  it('tell what a consumer handled, heard twice, tried again and set aside, and how far it is behind', async () => {
    behave = (counter) => {
      if (counter === 'sick') throw new PermanentFailure('never');
    };
    await lead();
    const [first] = await raise('well');
    await until(async () => (await outcome('handled')) === 1);
    await bus.publish('counters.v1', [{ key: 'counter:well', value: first! }]);
    await until(async () => (await outcome('duplicate')) === 1);
    for (let n = 0; n < 2; n += 1) await raise('sick');
    await until(async () => (await outcome('parked')) === 2);
    const parked = (state: string) =>
      told('parked_messages', { domain: 'hearer', consumer: 'hearer.counterRaised', state });
    expect([await parked('failed'), await parked('waiting')]).toEqual([1, 1]);
    expect(await outcome('retried')).toBe(0);

    let down = true;
    behave = () => {
      if (down) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    };
    await raise('later');
    await until(async () => ((await outcome('retried')) ?? 0) > 0);
    expect(await told('consumer_lag_messages', { group: 'hearer.counterRaised' })).toBeGreaterThan(0);
    down = false;
    await until(async () => (await told('consumer_lag_messages', { group: 'hearer.counterRaised' })) === 0);
    expect(await outcome('handled')).toBe(2);
    expect(await told('consumer_duration_seconds_count', { consumer: 'hearer.counterRaised' })).toBeGreaterThanOrEqual(
      6,
    );
  });

  it.each(['cut', 'stall'] as const)(
    'hold without those of a domain whose database is gone (%s), and are whole when it is back',
    async (how) => {
      await lead();
      await raise('a');
      await until(async () => (await outcome('handled')) === 1);
      line[how]();
      const text = await until(async () => {
        const each = await metrics.text();
        return valueOf(each, 'drburger_metrics_source_up', { source: 'counters.database' }) === 0 ? each : undefined;
      });
      expect(valueOf(text, 'drburger_outbox_events', { domain: 'counters' })).toBeUndefined();
      expect(valueOf(text, 'drburger_outbox_events', { domain: 'hearer' })).toBe(0);
      expect(valueOf(text, 'drburger_metrics_source_up', { source: 'hearer.database' })).toBe(1);
      expect(valueOf(text, 'drburger_consumer_lag_messages', { group: 'hearer.counterRaised' })).toBeDefined();
      expect(valueOf(text, 'drburger_relay_leading', { domain: 'counters' })).toBeDefined();
      line.restore();
      await until(async () => (await told('outbox_events', { domain: 'counters' })) === 0);
    },
  );

  it('cost two statements of a domain, when somebody asks', async () => {
    let statements = 0;
    hearer.pool.on('acquire', () => {
      statements += 1;
    });
    await metrics.text();
    expect(statements).toBe(2);
  });
});
