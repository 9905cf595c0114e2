import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { startKafkaBroker } from '#platform/testkit/kafka/kafkaBroker.ts';
import { command } from '../e2e/start-command/command.ts';
import { commandLine } from '../scripts/system/commandLine.ts';
import { keptStores, type KeptStore } from './cache/keptStores.ts';
import { commitToFresh, readUnderWrites, type Counted } from './cache/measure.ts';
import { OrderReads } from './cache/orderReads.ts';
import { cpuOfServer } from './orders/serverCpu.ts';

endOnError('bench:cache');
const { settings: flags, switches } = commandLine({
  name: 'bench:cache',
  does: 'the answers that channels keep until an event: how soon they are fresh, whether one is ever stale, and what they save.',
  flags: {
    '--reads <n>': 'in each channel, while a writer changes the menu of each store without a pause (10000)',
    '--writes <n>': 'one at a time, for the time from a commit to a fresh answer (200)',
    '--stores <n>': 'how many stores are read and written (4)',
    '--orders': 'the reads of orders alone',
    '--kafka': 'the events on a Kafka broker of its own instead of the bus in PostgreSQL',
  },
  more: `A manager takes items off the menu of a store and puts them back, through the full graph; guests read the tiles of the kiosk and the menu page of the web.
Before that, orders go from placing to COMPLETED, one after the other in each store, while the kiosk reads the order and the board.
Fresh: the first answer that shows the change, counted from when the change was answered. Stale: an answer that is older than an event which had
come to a stream of the store before the answer was asked for. Prints CPU of the system for a read that finds its answer and for one that does not.`,
  examples: ['bench:cache', 'bench:cache --kafka --reads 2000'],
});

await main({
  reads: Number(flags['READS'] ?? 10_000),
  writes: Number(flags['WRITES'] ?? 200),
  stores: Number(flags['STORES'] ?? 4),
  onKafka: switches.has('kafka'),
  onlyOrders: switches.has('orders'),
});

interface Options {
  readonly reads: number;
  readonly writes: number;
  readonly stores: number;
  readonly onKafka: boolean;
  readonly onlyOrders: boolean;
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
    // Before the menus are written, which takes items off that guests order.
    await measureOrders(base, env.DATA_DIR, server.pid, options);
    if (!options.onlyOrders)
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
  await commitToFresh(channel, stores[0]!, 10);
  const found = await cpuOf(pid, 300, () => stores[0]!.read(channel));
  let page = 0;
  // Another language or page size each time is another answer.
  const made = await cpuOf(pid, 60, () => stores[0]!.readOther(channel, (page += 1)));
  const fresh = await commitToFresh(channel, stores[0]!, writes);
  const counted = await readUnderWrites(channel, stores, reads);
  const name = channel === 'kiosk' ? 'tiles of the kiosk' : 'menu page of the web';
  print({ name, found, made, fresh, writes, counted });
}

async function measureOrders(base: number, dataDir: string, pid: number, options: Options): Promise<void> {
  const orders = await OrderReads.open({ base, dataDir, stores: options.stores });
  const writes = Math.min(options.writes, 60);
  await orders.commitToFresh(4);
  const { kept, made } = await orders.still();
  // In turns, so that what else the machine does weighs on both.
  const times = { kept: [] as number[], made: [] as number[] };
  for (let turn = 0; turn < 3; turn += 1) {
    times.kept.push(await cpuOf(pid, 500, kept));
    times.made.push(await cpuOf(pid, 200, made));
  }
  const fresh = await orders.commitToFresh(writes);
  const counted = await orders.underWrites(options.reads);
  const [found, anew] = [Math.min(...times.kept), Math.min(...times.made)];
  print({ name: 'an order and the board of the kiosk', found, made: anew, fresh, writes, counted });
  await orders.close();
}

async function cpuOf(pid: number, n: number, work: () => Promise<unknown>): Promise<number> {
  const before = cpuOfServer(pid);
  for (let each = 0; each < n; each += 1) await work();
  const { node, postgres } = cpuOfServer(pid).since(before);
  return (node + postgres) / n;
}

function print(figures: {
  readonly name: string;
  readonly found: number;
  readonly made: number;
  readonly fresh: { at(share: number): number };
  readonly writes: number;
  readonly counted: Counted;
}): void {
  const { name, found, made, fresh, writes } = figures;
  const { stale, unclear, done, changes } = figures.counted;
  console.log(`
${name}
  commit to the first fresh answer   p50 ${fresh.at(0.5).toFixed(1)} ms, p99 ${fresh.at(0.99).toFixed(1)} ms (${writes} writes)
  under ${changes} writes                   ${stale} stale of ${done} answers${unclear ? ` (${unclear} more could be of two states)` : ''}
  CPU of a read                      ${found.toFixed(2)} ms where the answer is kept, ${made.toFixed(2)} ms where it is made`);
  if (stale > 0) process.exitCode = 1;
}
