import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureDatabase } from '#platform/postgres/ensureDatabase.ts';
import { migrate, migratePlatform } from '#platform/postgres/migrate.ts';
import { startCluster, type Cluster } from '#platform/postgres/startCluster.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { until } from '#platform/testkit/until.ts';
import { postgresBus } from './bus/postgresBus.ts';
import type { EventBus } from './eventBus.ts';
import { counterDomain, CounterRaised, raised, type CounterDomain } from './fixtures/counterDomain.ts';
import { onEvent } from './onEvent.ts';
import { startRelay, type Relay } from './relay.ts';
import { runConsumers, type RunningConsumers } from './runConsumers.ts';

let folder: string;
let cluster: Cluster;
let domain: CounterDomain & { close(): Promise<void> };
let bus: EventBus;
let relay: Relay;
let running: RunningConsumers;
const tailed = new Set<string>();

beforeAll(async () => {
  folder = temporaryFolder('crash');
  cluster = await startCluster({ dataDir: folder, log: () => undefined });
  const [{ url }, { url: busUrl }] = [
    await ensureDatabase(cluster, { database: 'own', role: 'own' }),
    await ensureDatabase(cluster, { database: 'bus', role: 'bus' }),
  ];
  await migratePlatform(url);
  await migrate(busUrl, fileURLToPath(new URL('bus/migrations', import.meta.url)));
  domain = counterDomain(url, { relay: () => relay });
  await domain.pool.query(
    'create table effect (position bigint generated always as identity, counter text, version int)',
  );
  bus = await postgresBus({ databaseUrl: busUrl, log: domain.log });
  await bus.tail(['counters.v1'], ({ value }) => {
    tailed.add((value as { eventId: string }).eventId);
  });
  relay = await startRelay(domain, bus);
  running = await runConsumers(
    domain,
    [
      onEvent(
        CounterRaised,
        'counters.crash',
        async ({ data, metadata }, { tx }: { domain: CounterDomain; tx: CounterDomain['db'] }) => {
          await tx.$executeRawUnsafe(
            'insert into effect (counter, version) values ($1, $2)',
            data.counter,
            metadata.aggregateVersion,
          );
        },
      ),
    ],
    bus,
  );
});
afterAll(async () => {
  await running.stop();
  await relay.stop();
  await bus.close();
  await domain.close();
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('lose nothing that was acknowledged, and have effects once, when the database server is killed again and again', async () => {
  const acknowledged: string[] = [];
  let refused = 0;
  let killing = true;
  const writers = ['a', 'b', 'c'].map(async (counter) => {
    while (killing) {
      await domain
        .transaction((tx) => domain.events.append(tx, null, [raised(counter)]))
        .then(
          ([event]) => acknowledged.push(event!.eventId),
          async () => {
            refused += 1;
            await new Promise((resolve) => setTimeout(resolve, 20));
          },
        );
    }
  });
  try {
    for (let kill = 1; kill <= 3; kill += 1) {
      const before = acknowledged.length;
      await until(() => acknowledged.length >= before + 20, { timeoutMs: 30_000 });
      const { pid } = cluster;
      process.kill(pid, 'SIGKILL');
      await until(() => refused > 0);
      // It answers a moment before its supervisor knows.
      await until(() => cluster.pid !== pid);
      refused = 0;
    }
  } finally {
    killing = false;
    await Promise.all(writers);
  }
  await until(() => acknowledged.every((id) => tailed.has(id)), {
    timeoutMs: 30_000,
    what: 'all that was acknowledged is heard',
  });
  // One whose acknowledgement was lost in a crash may be there, too: it counts as the log says.
  const logged = async () =>
    (
      await domain.pool.query<{ stream: string; version: number }>(
        'select stream, version from platform.event order by stream, version',
      )
    ).rows;
  const effects = async () =>
    (
      await domain.pool.query<{ stream: string; version: number }>(
        `select 'counter:' || counter as stream, version from effect order by stream, position`,
      )
    ).rows;
  await until(async () => (await effects()).length >= (await logged()).length, { timeoutMs: 30_000 });
  expect(await effects()).toEqual(await logged());
  expect((await domain.pool.query('select 1 from platform.parked')).rowCount).toBe(0);
}, 120_000);
