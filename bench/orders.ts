import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { command } from '../e2e/start-command/command.ts';
import { commandLine } from '../scripts/system/commandLine.ts';
import { inspectorOf, type CpuProfile } from './profile/inspector.ts';
import { flameGraph } from './profile/flameGraph.ts';
import { partsOf } from './orders/parts.ts';
import { offer, type Offered } from './orders/offer.ts';
import { openGuests, type Guests } from './orders/guests.ts';
import { cpuOfServer, type ServerCpu } from './orders/serverCpu.ts';
import { statementsOf, type Statements, type StatementCost } from './orders/statements.ts';
import { table } from './orders/table.ts';

endOnError('bench:orders');
const { settings: flags } = commandLine({
  name: 'bench:orders',
  does: 'what an order costs, from placing to COMPLETED, in the one process that "start" runs.',
  flags: {
    '--seconds <n>': 'of each rate (15)',
    '--rates <n,…>': 'orders that arrive a second, one rate after the other (4,8,12,16,20,25,33,40)',
    '--stores <n>': 'how many stores of the seed they are spread over (60)',
    '--reads <n>': 'how often each guest reads while the order is on its way (20)',
    '--statements <n>': 'how many of the dearest and of the most frequent statements are printed (25)',
    '--profile <folder>': 'of the first rate, into this folder: a flame graph (SVG), and the profile for a debugger',
  },
  more: `Orders arrive at the given rate whether or not earlier ones were answered. A guest looks at the tiles of a kiosk, places an order, follows its stream
and reads the order and the board; the kitchen of the store starts, finishes and hands over. The next rate follows while placing stays under a second (p99).
Prints for each rate: orders completed, p50 and p99 of placing and of placing to the first status, and CPU milliseconds an order of Node and of PostgreSQL.
Of the first rate also: what each database took, its dearest statements (pg_stat_statements), and with --profile CPU by part. On a busy machine compare
CPU, not time, and only runs that were made together. The load comes from this process, on the same cores; its own CPU is told apart.`,
  examples: ['bench:orders', 'bench:orders --rates 6 --seconds 30 --profile /tmp/orders', 'bench:orders --reads 0'],
});

await main({
  seconds: Number(flags['SECONDS'] ?? 15),
  rates: (flags['RATES'] ?? '4,8,12,16,20,25,33,40').split(',').map(Number),
  stores: Number(flags['STORES'] ?? 60),
  reads: Number(flags['READS'] ?? 20),
  statements: Number(flags['STATEMENTS'] ?? 25),
  profile: flags['PROFILE'],
});

interface Options {
  readonly seconds: number;
  readonly rates: readonly number[];
  readonly stores: number;
  readonly reads: number;
  readonly statements: number;
  readonly profile: string | undefined;
}

/** The system under load, with what measures it. */
interface Rig {
  readonly pid: number;
  readonly guests: Guests;
  readonly statements: Statements;
  readonly profile: (() => Promise<() => Promise<CpuProfile>>) | undefined;
}

async function main(options: Options): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'drburger-bench-orders-'));
  const base = await freePortBlock(100);
  const env = { DATA_DIR: folder, PORT_BASE: String(base), LOG_LEVEL: 'warn', SIMULATION: 'off' };
  const statements = await statementsOf(join(folder, 'postgres'));
  const server = command('start', [], {
    ...env,
    ...(options.profile && { NODE_OPTIONS: '--inspect=127.0.0.1:0' }),
  });
  try {
    await server.printed(/^Ready in/);
    await statements.open();
    const guests = await openGuests({ base, dataDir: folder, stores: options.stores, reads: options.reads });
    const profile = options.profile === undefined ? undefined : inspectorOf(server.stderr());
    console.log(
      `${availableParallelism()} cores, Node ${process.version}, load from the same machine (load average ${loadavg()[0]!.toFixed(1)}), ${options.stores} stores, ${options.reads} reads an order`,
    );
    await measureAll({ pid: server.pid, guests, statements, profile }, options);
    await guests.close();
  } finally {
    await statements.close();
    await server.signal('SIGINT');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureAll(rig: Rig, options: Options): Promise<void> {
  // The first orders compile documents and statements, and fill caches.
  await offer(rig.guests, { rate: 1, seconds: 15 });
  let sustained = 0;
  for (const [index, rate] of options.rates.entries()) {
    const first = index === 0;
    if (first) await rig.statements.reset();
    const endProfile = first ? await rig.profile?.() : undefined;
    const before = cpuOfServer(rig.pid);
    const ownBefore = process.cpuUsage();
    const offered = await offer(rig.guests, { rate, seconds: options.seconds });
    const cpu = cpuOfServer(rig.pid).since(before);
    const own = process.cpuUsage(ownBefore);
    const profile = await endProfile?.();
    tell(rate, offered, cpu, (own.user + own.system) / 1_000);
    if (first) tellStatements(await rig.statements.read(), offered.completed, options.statements);
    if (profile && options.profile) keepProfile(profile, options.profile, cpu.node / Math.max(1, offered.completed));
    if (offered.placing.at(0.99) > 1_000) break;
    sustained = rate;
  }
  console.log(`\n${sustained} orders a second with p99 of placing under 1 s`);
}

function tell(
  rate: number,
  { placing, firstStatus, completed, refused, failed, toRest }: Offered,
  cpu: ServerCpu,
  ownMs: number,
): void {
  const each = (ms: number) => (ms / Math.max(1, completed)).toFixed(1);
  const problems = [refused && `${refused} refused`, failed && `${failed} failed`].filter(Boolean).join(', ');
  console.log(
    `\n${rate}/s: ${completed} completed, the last ${toRest.toFixed(1)} s after the last came${problems && `; ${problems}`}
  placing p50 ${placing.at(0.5).toFixed(0)} ms, p99 ${placing.at(0.99).toFixed(0)} ms; to the first status p50 ${firstStatus.at(0.5).toFixed(0)} ms, p99 ${firstStatus.at(0.99).toFixed(0)} ms
  CPU an order: ${each(cpu.node + cpu.postgres)} ms (Node ${each(cpu.node)}, PostgreSQL ${each(cpu.postgres)}); the load itself took ${each(ownMs)} ms`,
  );
}

function tellStatements(costs: readonly StatementCost[], orders: number, shown: number): void {
  const each = (value: number, digits = 2) => (value / Math.max(1, orders)).toFixed(digits);
  const databases = [...new Set(costs.map(({ database }) => database))].map((database) => {
    const own = costs.filter((cost) => cost.database === database);
    const sum = (value: (cost: StatementCost) => number) => own.reduce((total, cost) => total + value(cost), 0);
    return {
      ms: sum(({ ms }) => ms),
      row: [
        database,
        each(sum(({ calls }) => calls)),
        each(sum(({ calls, transaction }) => (transaction ? calls : 0))),
        each(sum(({ ms }) => ms)),
        each(sum(({ planMs }) => planMs)),
      ],
    };
  });
  console.log('\nRound trips to each database, an order');
  console.log(
    table(
      ['database', 'statements', 'of them commit', 'ms', 'planning ms'],
      databases.sort((a, b) => b.ms - a.ms).map(({ row }) => row),
    ),
  );
  const most = (title: string, of: (cost: StatementCost) => number): void => {
    const first = [...costs].sort((a, b) => of(b) - of(a)).slice(0, shown);
    console.log(`\nThe ${title} statements, an order`);
    console.log(
      table(
        ['database', 'calls', 'ms', 'planning ms', 'statement'],
        first.map(({ database, calls, ms, planMs, text }) => [
          database,
          each(calls),
          each(ms, 3),
          each(planMs, 3),
          text.slice(0, 110),
        ]),
      ),
    );
  };
  most('dearest', ({ ms, planMs }) => ms + planMs);
  most('most frequent', ({ calls }) => calls);
}

function keepProfile(profile: CpuProfile, into: string, msAnOrder: number): void {
  const folder = resolve(into);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'orders.cpuprofile'), JSON.stringify(profile));
  writeFileSync(join(folder, 'orders.svg'), flameGraph(profile, 'CPU of the process that takes orders'));
  console.log(`\nCPU of Node by part, an order (${join(folder, 'orders.svg')})`);
  console.log(
    table(
      ['part', 'share', 'ms'],
      partsOf(profile).map(({ part, share }) => [
        part,
        `${(share * 100).toFixed(1)} %`,
        (share * msAnOrder).toFixed(2),
      ]),
    ),
  );
}
