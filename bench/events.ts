import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import pino from 'pino';
import { kafkaBus } from '#platform/events/bus/kafka/kafkaBus.ts';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import { counterDomain, CounterRaised, raised, type CounterDomain } from '#platform/events/fixtures/counterDomain.ts';
import type { Consumer } from '#platform/events/consumer.ts';
import { onEvent } from '#platform/events/onEvent.ts';
import { startRelay, type Relay } from '#platform/events/relay.ts';
import { runConsumers } from '#platform/events/runConsumers.ts';
import { ensureDatabase } from '#platform/postgres/ensureDatabase.ts';
import { migrate, migratePlatform } from '#platform/postgres/migrate.ts';
import { startCluster } from '#platform/postgres/startCluster.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { startKafkaBroker } from '#platform/testkit/kafka/kafkaBroker.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { commandLine } from '../scripts/system/commandLine.ts';

endOnError('bench:events');
const { settings: flags } = commandLine({
  name: 'bench:events',
  does: 'what it costs to move events, in one process on a durable embedded PostgreSQL, the bus included.',
  flags: {
    '--seconds <n>': 'of each measurement (10)',
    '--kafka <client>': 'on a Kafka broker of its own instead of the bus in PostgreSQL: kafkajs or platformatic',
  },
  more: `Prints: commit to consumer (p50, p99) one event at a time; events a second, appended and consumed, by 16 writers;
statements a second on an idle system of all domains.`,
  examples: ['bench:events', 'bench:events --kafka kafkajs'],
});
await main(Number(flags['SECONDS'] ?? 10) || 10);

interface Bench {
  readonly admin: pg.Pool;
  readonly bus: EventBus;
  readonly domains: readonly (CounterDomain & { close(): Promise<void> })[];
}

async function main(seconds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'drburger-bench-events-'));
  const cluster = await startCluster({ dataDir: folder, log: console.error });
  const urlOf = async (database: string) => (await ensureDatabase(cluster, { database, role: database })).url;
  const relays = new Map<string, Relay>();
  try {
    const domains = await Promise.all(
      subgraphs.map(async ({ name, database }) => {
        const url = await urlOf(database);
        await migratePlatform(url);
        return counterDomain(url, { name, relay: () => relays.get(name), poolSize: 16 });
      }),
    );
    const { bus, stop } = await openBus(join(folder, 'kafka'), () => urlOf('bus'));
    const admin = new pg.Pool({ connectionString: cluster.adminUrl, max: 1 });
    for (const domain of domains) relays.set(domain.name, await startRelay(domain, bus));
    await measure({ admin, bus, domains }, seconds);
    await Promise.all([...relays.values()].map((relay) => relay.stop()));
    await Promise.all([bus.close(), admin.end(), ...domains.map((domain) => domain.close())]);
    await stop();
  } finally {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Opens the bus that the flags name, and returns how to stop what was started for it. */
async function openBus(
  folder: string,
  database: () => Promise<string>,
): Promise<{ bus: EventBus; stop: () => Promise<void> }> {
  const log = pino({ level: 'warn' });
  if (flags['KAFKA']) {
    const client = flags['KAFKA'] === 'platformatic' ? 'platformatic' : 'kafkajs';
    const broker = await startKafkaBroker({ folder });
    console.log(`on Kafka, by ${client}`);
    return { bus: await kafkaBus({ brokers: [broker.brokers], client, log }), stop: () => broker.stop('SIGKILL') };
  }
  const databaseUrl = await database();
  await migrate(databaseUrl, fileURLToPath(new URL('../platform/events/bus/migrations', import.meta.url)));
  return { bus: await postgresBus({ databaseUrl, log }), stop: async () => undefined };
}

async function measure({ admin, bus, domains }: Bench, seconds: number): Promise<void> {
  const [producer, hearer] = [domains[0]!, domains[1]!];
  const heard = new Map<string, number>();
  let onHeard: () => void = () => undefined;
  // The topic is that of the domain that relays, whatever the fixture's events say.
  const definition = { ...CounterRaised, topic: `${producer.name}.v1` };
  const consumer: Consumer = onEvent(definition, `${hearer.name}.bench`, async ({ eventId }) => {
    heard.set(eventId, performance.now());
    onHeard();
  });
  const consumers = await runConsumers(hearer, [consumer], bus);
  const append = async (counter: string) =>
    (await producer.transaction((tx) => producer.events.append(tx, null, [raised(counter)])))[0]!.eventId;

  await latency(append, heard, seconds, (ring) => {
    onHeard = ring;
  });
  await throughput(append, heard, seconds);

  const others = await Promise.all(
    domains.slice(2).map((domain) =>
      runConsumers(
        domain,
        [0, 1, 2].map((n) =>
          onEvent({ ...definition, name: 'NeverHappens' }, `${domain.name}.idle${n}`, async () => undefined),
        ),
        bus,
      ),
    ),
  );
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  await idle(admin, seconds);
  await Promise.all([consumers, ...others].map((each) => each.stop()));
}

async function latency(
  append: (counter: string) => Promise<string>,
  heard: ReadonlyMap<string, number>,
  seconds: number,
  listen: (ring: () => void) => void,
): Promise<void> {
  const times: number[] = [];
  for (const end = performance.now() + seconds * 1_000; performance.now() < end;) {
    const eventId = await append(`one-${times.length % 100}`);
    const committed = performance.now();
    while (!heard.has(eventId))
      await new Promise<void>((resolve) => {
        listen(resolve);
        if (heard.has(eventId)) resolve();
      });
    times.push(heard.get(eventId)! - committed);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)]!.toFixed(1);
  console.log(`commit to consumer, one at a time   p50 ${at(0.5)} ms   p99 ${at(0.99)} ms   (${times.length} events)`);
}

async function throughput(
  append: (counter: string) => Promise<string>,
  heard: ReadonlyMap<string, number>,
  seconds: number,
): Promise<void> {
  const before = heard.size;
  const start = performance.now();
  let appended = 0;
  await Promise.all(
    Array.from({ length: 16 }, async (_, writer) => {
      for (let n = 0; performance.now() < start + seconds * 1_000; n += 1) {
        await append(`many-${writer}-${n % 20}`);
        appended += 1;
      }
    }),
  );
  const appending = performance.now() - start;
  while (heard.size - before < appended) await new Promise((resolve) => setTimeout(resolve, 10));
  const consuming = performance.now() - start;
  console.log(
    `16 writers                          ${((appended / appending) * 1_000).toFixed(0)} appended/s   ${((appended / consuming) * 1_000).toFixed(0)} consumed/s, each in a transaction   (${appended} events)`,
  );
}

/**
 * Every statement out of a transaction commits once. An idle session's statistics are seen up to 10 s late, so there is
 * a pause before.
 */
async function idle(admin: pg.Pool, seconds: number): Promise<void> {
  const commits = async () =>
    Number(
      (
        await admin.query<{ count: string }>(
          `select sum(xact_commit) as count from pg_stat_database where datname = any ($1)`,
          [['bus', ...subgraphs.map(({ database }) => database)]],
        )
      ).rows[0]!.count,
    );
  const cpu = process.cpuUsage();
  const before = await commits();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  const after = await commits();
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    `idle, ${subgraphs.length} domains, 19 consumers       ${((after - before) / seconds).toFixed(1)} statements/s   ${((user + system) / 1e4 / seconds).toFixed(2)} % of a core`,
  );
}
