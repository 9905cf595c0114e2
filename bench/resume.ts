import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { issueToken, newSigningKey, publicHalf } from '#platform/identity/developmentIssuer.ts';
import { ensureDatabase } from '#platform/postgres/ensureDatabase.ts';
import { migrate, migratePlatform } from '#platform/postgres/migrate.ts';
import { startCluster, type Cluster } from '#platform/postgres/startCluster.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { chaosSupergraph } from '../e2e/chaos/chaosGraph.ts';
import { commandLine } from '../scripts/system/commandLine.ts';
import type { ClientsCalls } from './resume/clients.ts';
import { comeBack, type Figures, type Scenario, type Stage } from './resume/comeBack.ts';
import type { KioskCalls } from './resume/kioskServer.ts';
import { openOrderLog } from './resume/orderLog.ts';
import type { OrdersCalls } from './resume/ordersServer.ts';
import type { ResumeSetup } from './resume/processes.ts';
import { startChild, type Child } from './streams/childCalls.ts';
import { fileLimit } from './streams/options.ts';

const scenarios: readonly Scenario[] = [
  { title: 'an order each, on another process', follows: 'orders', isRestarted: true },
  { title: 'an order each, on the same process', follows: 'orders', isRestarted: false },
  { title: 'boards of stores, on another process', follows: 'stores', isRestarted: true },
];

endOnError('bench:resume');
const { settings: flags } = commandLine({
  name: 'bench:resume',
  does: `clients with cursors that come back all at once, and are told what they missed: from the event log of a domain, on a durable embedded PostgreSQL. The domain, the channel and the clients are a process each.`,
  flags: { '--clients <n>': 'each a caller of its own (10000)', '--stores <n>': 'that the orders belong to (300)' },
  more: `Each client follows an order of its own, or the board of a store; all are cut off and miss 1 to 3 events of each order or board; then they come back.
Prints, counted from the first that sets out: until all are acknowledged; until half, 99 % and all of them have what they missed; statements asked of
the database, CPU of the channel and of the domain. Ends with 1 unless each was shown exactly what it missed, in order, once: of an order each version,
of a board growing ones up to the last.`,
  examples: ['bench:resume --clients 1000'],
});
await main(Number(flags['CLIENTS'] ?? 10_000), Number(flags['STORES'] ?? 300));

async function main(asked: number, stores: number): Promise<void> {
  // Each socket counts as an open file of the process.
  const clients = Math.min(asked, fileLimit() - 1_000);
  console.log(
    `${clients} clients, ${availableParallelism()} cores, Node ${process.version}, load from the same machine (load average ${loadavg()[0]!.toFixed(1)})`,
  );
  const folder = mkdtempSync(join(tmpdir(), 'drburger-bench-resume-'));
  const cluster = await startCluster({ dataDir: folder, log: console.error });
  try {
    const wrong = await onStage(cluster, clients, Math.min(stores, clients), async (stage) => {
      console.log(
        row('', [
          'all ack.',
          'p50',
          'p99',
          'all back',
          'messages',
          'statements',
          'channel CPU',
          'domain CPU',
          'failed',
        ]),
      );
      const all: string[] = [];
      for (const scenario of scenarios) {
        const figures = await comeBack(stage, scenario);
        console.log(row(scenario.title, cells(figures)));
        all.push(...figures.wrong.map((what) => `${scenario.title}: ${what}`));
      }
      return all;
    });
    for (const what of wrong.slice(0, 10)) console.error(what);
    if (wrong.length > 0) process.exitCode = 1;
    console.log(
      wrong.length > 0
        ? `${wrong.length} times something else was shown than what was missed`
        : 'Each client was shown exactly what it missed, in order, once',
    );
  } finally {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function onStage<T>(
  cluster: Cluster,
  count: number,
  stores: number,
  play: (stage: Stage) => Promise<T>,
): Promise<T> {
  const { url: databaseUrl } = await ensureDatabase(cluster, { database: 'orders', role: 'orders' });
  const { url: busUrl } = await ensureDatabase(cluster, { database: 'bus', role: 'bus' });
  await Promise.all([
    migratePlatform(databaseUrl),
    migrate(busUrl, fileURLToPath(new URL('../platform/events/bus/migrations', import.meta.url))),
  ]);
  const [internalKey, clientKey, port] = await Promise.all([newSigningKey(), newSigningKey(), freePortBlock(2)]);
  const setup: ResumeSetup = {
    databaseUrl,
    busUrl,
    internalKey,
    clientKey: publicHalf(clientKey),
    supergraph: chaosSupergraph(),
    graphqlPort: port,
    grpcPort: port + 1,
  };
  const authorizations = await Promise.all(
    Array.from(
      { length: count },
      async (_, at) => `Bearer ${await issueToken(clientKey, { subject: `kiosk-${at}`, roles: ['kiosk'] })}`,
    ),
  );
  const log = await openOrderLog(databaseUrl, busUrl, stores);
  const orders = startChild<OrdersCalls>('../resume/ordersServer.ts');
  const clients = startChild<ClientsCalls>('../resume/clients.ts');
  const kiosks: Child<KioskCalls>[] = [];
  const kiosk = async () => {
    const child = startChild<KioskCalls>('../resume/kioskServer.ts');
    kiosks.push(child);
    return { kiosk: child, port: await child.call('begin', setup) };
  };
  try {
    await orders.call('begin', setup);
    await log.move(Array.from({ length: count }, (_, order) => order));
    return await play({ log, orders, clients, authorizations, kiosk });
  } finally {
    await Promise.all([orders, clients, ...kiosks].map((child) => child.end()));
    await log.close();
  }
}

function cells({
  acknowledgedMs,
  p50Ms,
  p99Ms,
  lastMs,
  messages,
  statements,
  kioskCpuMs,
  ordersCpuMs,
  failed,
}: Figures): string[] {
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  return [
    ...[acknowledgedMs, p50Ms, p99Ms, lastMs].map(seconds),
    String(messages),
    String(statements),
    seconds(kioskCpuMs),
    seconds(ordersCpuMs),
    failed.map(([what, count]) => `${count} ${what}`).join(', ') || '0',
  ];
}

function row(title: string, columns: readonly string[]): string {
  return [title.padEnd(38), ...columns.map((each) => each.padStart(11))].join(' ');
}
