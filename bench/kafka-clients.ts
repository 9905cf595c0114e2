import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { kafkaBus, type KafkaClientName } from '#platform/events/bus/kafka/kafkaBus.ts';
import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { startKafkaBroker } from '#platform/testkit/kafka/kafkaBroker.ts';
import { commandLine } from '../scripts/system/commandLine.ts';

const log = pino({ level: 'warn' });
const payload = 'x'.repeat(600);
const event = (n: number) => ({ data: { n, payload } }) as unknown as EventEnvelope;

endOnError('bench:kafka-clients');
const { settings: flags } = commandLine({
  name: 'bench:kafka-clients',
  does: 'both client libraries of the Kafka bus, one after the other, on one broker and in one process.',
  flags: {
    '--seconds <n>': 'of each measurement (10)',
  },
  more: `Prints for each: events a second published with acks=all, 100 in a call, 4 calls at a time; from publish to consumer and to tail, one event
at a time (p50, p99); CPU of this process for each event that is published and consumed.`,
  examples: ['bench:kafka-clients'],
});
await main(Number(flags['SECONDS'] ?? 10) || 10);

async function main(seconds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'drburger-bench-kafka-'));
  const broker = await startKafkaBroker({ folder });
  try {
    console.log(
      `${'client'.padEnd(14)}${'published/s'.padEnd(14)}${'to consumer p50, p99'.padEnd(24)}${'to tail p50, p99'.padEnd(24)}CPU an event`,
    );
    // A client that ran first would also pay for loading what both use, so one run is thrown away.
    await measure('kafkajs', broker.brokers, 1);
    await measure('platformatic', broker.brokers, 1);
    for (const client of ['kafkajs', 'platformatic'] as const)
      console.log(await measure(client, broker.brokers, seconds));
  } finally {
    await broker.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(client: KafkaClientName, brokers: string, seconds: number): Promise<string> {
  const bus = await kafkaBus({ brokers: [brokers], client, log });
  try {
    const rate = await publishing(bus, seconds);
    const [consumer, tail] = await latency(bus, seconds);
    const cpu = await cpuOfEach(bus);
    return `${client.padEnd(14)}${rate.toFixed(0).padEnd(14)}${consumer.padEnd(24)}${tail.padEnd(24)}${cpu.toFixed(3)} ms`;
  } finally {
    await bus.close();
  }
}

async function publishing(bus: EventBus, seconds: number): Promise<number> {
  const start = performance.now();
  let published = 0;
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      const topic = `rate-${randomUUID()}.v1`;
      while (performance.now() < start + seconds * 1_000) {
        await bus.publish(
          topic,
          Array.from({ length: 100 }, (_, n) => ({ key: `key:${n % 50}`, value: event(n) })),
        );
        published += 100;
      }
    }),
  );
  return (published / (performance.now() - start)) * 1_000;
}

async function latency(bus: EventBus, seconds: number): Promise<[string, string]> {
  const topic = `latency-${randomUUID()}.v1`;
  const [consumed, tailed]: [number[], number[]] = [[], []];
  let sentAt = 0;
  let onBoth: () => void = () => undefined;
  const note = (times: number[]) => {
    times.push(performance.now() - sentAt);
    if (consumed.length === tailed.length) onBoth();
  };
  await bus.consume(`bench-${randomUUID()}`, [topic], async () => note(consumed));
  await bus.tail([topic], () => note(tailed));
  for (const end = performance.now() + seconds * 1_000; performance.now() < end;) {
    const both = new Promise<void>((resolve) => {
      onBoth = resolve;
    });
    sentAt = performance.now();
    await bus.publish(topic, [{ key: `key:${consumed.length % 50}`, value: event(1) }]);
    await both;
  }
  return [quantiles(consumed), quantiles(tailed)];
}

async function cpuOfEach(bus: EventBus): Promise<number> {
  const topic = `cpu-${randomUUID()}.v1`;
  const total = 20_000;
  let consumed = 0;
  let done: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    done = resolve;
  });
  await bus.consume(`bench-${randomUUID()}`, [topic], async () => {
    consumed += 1;
    if (consumed >= total) done();
  });
  const before = process.cpuUsage();
  for (let n = 0; n < total; n += 100)
    await bus.publish(
      topic,
      Array.from({ length: 100 }, (_, index) => ({ key: `key:${index % 50}`, value: event(n + index) })),
    );
  await all;
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / total;
}

function quantiles(times: number[]): string {
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)]?.toFixed(1) ?? '-';
  return `${at(0.5)}, ${at(0.99)} ms`;
}
