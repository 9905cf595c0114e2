import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { startKafkaBroker } from '#platform/testkit/kafka/kafkaBroker.ts';
import { command } from '../e2e/start-command/command.ts';
import { commandLine } from '../scripts/system/commandLine.ts';
import { keptStores, type KeptStore } from './cache/keptStores.ts';
import { commitToFresh, readUnderWrites } from './cache/measure.ts';
import { cpuOfServer } from './orders/serverCpu.ts';

endOnError('bench:cache');
const { settings: flags, switches } = commandLine({
  name: 'bench:cache',
  does: 'the answers that channels keep until an event: how soon they are fresh, whether one is ever stale, and what they save.',
  flags: {
    '--reads <n>': 'in each channel, while a writer changes the menu of each store without a pause (10000)',
    '--writes <n>': 'one at a time, for the time from a commit to a fresh answer (200)',
    '--stores <n>': 'how many stores are read and written (4)',
    '--kafka': 'the events on a Kafka broker of its own instead of the bus in PostgreSQL',
  },
  more: `A manager takes items off the menu of a store and puts them back, through the full graph; guests read the tiles of the kiosk and the menu page of the web.
Fresh: the first answer that shows the change, counted from when the change was answered. Stale: an answer that is older than an event which had
come to a stream of the store before the answer was asked for. Prints CPU of the system for a read that finds its answer and for one that does not.`,
  examples: ['bench:cache', 'bench:cache --kafka --reads 2000'],
});

await main({
  reads: Number(flags['READS'] ?? 10_000),
  writes: Number(flags['WRITES'] ?? 200),
  stores: Number(flags['STORES'] ?? 4),
  onKafka: switches.has('kafka'),
});

interface Options {
  readonly reads: number;
  readonly writes: number;
  readonly stores: number;
  readonly onKafka: boolean;
}

async function main(options: Options): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'drburger-bench-cache-'));
  const base = await freePortBlock(100);
  const broker = options.onKafka ? await startKafkaBroker({ folder: join(folder, 'kafka') }) : undefined;
  const env = { DATA_DIR: join(folder, 'data'), PORT_BASE: String(base), LOG_LEVEL: 'warn', SIMULATION: 'off' };
  const server = command('start', broker ? ['--kafka', broker.brokers] : [], env);
  try {
    await server.printed(/^Ready in/);
    const stores = await keptStores({ base, dataDir: env.DATA_DIR, stores: options.stores });
    console.log(
      `${availableParallelism()} cores, Node ${process.version}, load from the same machine (load average ${loadavg()[0]!.toFixed(1)}), events on ${broker ? 'Kafka' : 'PostgreSQL'}`,
    );
    for (const channel of ['kiosk', 'web'] as const) await measure(channel, stores, server.pid, options);
    for (const store of stores) await store.close();
  } finally {
    await server.signal('SIGINT');
    await broker?.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  channel: 'kiosk' | 'web',
  stores: readonly KeptStore[],
  pid: number,
  { reads, writes }: Options,
): Promise<void> {
  const cpuOf = async (n: number, work: () => Promise<unknown>): Promise<string> => {
    const before = cpuOfServer(pid);
    for (let each = 0; each < n; each += 1) await work();
    const { node, postgres } = cpuOfServer(pid).since(before);
    return `${((node + postgres) / n).toFixed(2)} ms`;
  };
  await commitToFresh(channel, stores[0]!, 10);
  const found = await cpuOf(300, () => stores[0]!.read(channel));
  let page = 0;
  // Another language or page size each time is another answer.
  const made = await cpuOf(60, () => stores[0]!.readOther(channel, (page += 1)));
  const fresh = await commitToFresh(channel, stores[0]!, writes);
  const { stale, unclear, done, changes } = await readUnderWrites(channel, stores, reads);
  console.log(`
${channel === 'kiosk' ? 'tiles of the kiosk' : 'menu page of the web'}
  commit to the first fresh answer   p50 ${fresh.at(0.5).toFixed(1)} ms, p99 ${fresh.at(0.99).toFixed(1)} ms (${writes} writes)
  under ${changes} writes                   ${stale} stale of ${done} answers${unclear ? ` (${unclear} more could be of two states)` : ''}
  CPU of a read                      ${found} where the answer is kept, ${made} where it is made`);
  if (stale > 0) process.exitCode = 1;
}
