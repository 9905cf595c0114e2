import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rates } from '#gateway/access/rates.ts';
import { memoryRates } from '#gateway/access/rateStore.ts';
import { defaultRatePolicy } from '#gateway/channelManifest.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { command } from '../e2e/start-command/command.ts';
import { commandLine } from '../scripts/system/commandLine.ts';
import { demoToken } from '../scripts/system/development/demoToken.ts';
import { partsOf, type Parts } from './orders/parts.ts';
import { inspectorOf, type CpuProfile } from './profile/inspector.ts';

endOnError('bench:auth');
const { settings: flags } = commandLine({
  name: 'bench:auth',
  does: 'what share of its CPU the server spends on who asks and how much they may ask, on the menu page of a store.',
  flags: {
    '--seconds <n>': 'under load (15)',
    '--customers <n>': 'how many customers with a token of their own ask in turn (50)',
  },
  more: `Runs what "start" runs, takes a profile of it while signed-in customers read the menu page through web, each page another one, so that none is kept, and prints the
shares of the same run: tokens and identity (also those between channel and subgraphs), limits (documents, cost, load, rates, access of the schema), and all the rest. The profile
of development counts no rates, so that counting is measured by itself, in this process, and added. Ends with exit code 1 when identity and limits are 10 % or more.`,
  examples: ['bench:auth', 'bench:auth --seconds 30'],
});

/** What the names of files say a frame is for; time in Node's own code counts for who called it. */
const parts: Parts = [
  [
    'identity',
    /^platform\/identity\/|^jose\/|^gateway\/src\/access\/(clientIdentity|refusedTokens|sessionToken|followRevocations)/,
  ],
  [
    'limits',
    /^gateway\/src\/access\/|^rate-limiter-flexible\/|^gateway\/src\/documents\/(limits|cost|admission|authorization)|^platform\/subgraph\/authSchema/,
  ],
  ['the rest', /./],
];

await main(Number(flags['SECONDS'] ?? 15) || 15, Number(flags['CUSTOMERS'] ?? 50) || 50);

async function main(seconds: number, customers: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'drburger-bench-auth-'));
  const base = await freePortBlock(100);
  const env = { DATA_DIR: folder, PORT_BASE: String(base), LOG_LEVEL: 'warn', SIMULATION: 'off' };
  const server = command('start', [], { ...env, NODE_OPTIONS: '--inspect=127.0.0.1:0' });
  try {
    await server.printed(/^Ready in/);
    const settings = { PROFILE: 'development', DATA_DIR: folder } as const;
    const tokens = await Promise.all(
      Array.from({ length: customers }, (_, n) =>
        demoToken(
          { settings, environment: {}, onMade: () => undefined },
          { roles: ['customer'], subject: seedId('customer', n + 1) },
        ),
      ),
    );
    const query = readFileSync(new URL('../bffs/web/operations/storeMenuPage.graphql', import.meta.url), 'utf8');
    let sent = 0;
    const ask = async (): Promise<void> => {
      sent += 1;
      // A search that nobody has made before: no answer is kept for it.
      const filter = { text: `b${sent % 10 === 0 ? '' : sent}` };
      const response = await fetch(`http://127.0.0.1:${base + 2}/graphql`, {
        method: 'POST',
        body: JSON.stringify({ query, variables: { storeId: seedId('store', 1 + (sent % 20)), filter } }),
        headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens[sent % tokens.length]}` },
      });
      const { errors } = (await response.json()) as { errors?: unknown };
      if (errors !== undefined) throw new Error(JSON.stringify(errors));
    };
    for (let n = 0; n < 40; n += 1) await ask();
    const stop = await inspectorOf(server.stderr())();
    const before = sent;
    const end = performance.now() + seconds * 1_000;
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        while (performance.now() < end) await ask();
      }),
    );
    report(await stop(), sent - before, await countingMs());
  } finally {
    await server.signal('SIGINT');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** CPU of counting one request by its caller and its address, in milliseconds: the least of some turns. */
async function countingMs(): Promise<number> {
  const rates = new Rates(
    { ...defaultRatePolicy, requestsPerMinute: 1e9, perAddress: { requestsPerMinute: 1e9, mutationsPerMinute: 1e9 } },
    memoryRates,
    'bench',
  );
  const principal: Principal = { kind: 'user', subject: 'someone', channel: 'web', grants: [] };
  const times: number[] = [];
  for (let turn = 0; turn < 5; turn += 1) {
    const began = process.cpuUsage();
    for (let n = 0; n < 20_000; n += 1) await rates.countRequest({ principal, address: '8.8.8.8' });
    const { user, system } = process.cpuUsage(began);
    times.push((user + system) / 1_000 / 20_000);
  }
  return Math.min(...times);
}

function report(profile: CpuProfile, requests: number, counting: number): void {
  const busy = busyMs(profile);
  const shares = new Map(partsOf(profile, parts).map(({ part, share }) => [part, share]));
  const perRequest = busy / requests;
  const identity = shares.get('identity') ?? 0;
  const limits = (shares.get('limits') ?? 0) + counting / perRequest;
  const percent = (share: number) => `${(share * 100).toFixed(2).padStart(6)} %`;
  console.log(
    `${availableParallelism()} cores, Node ${process.version}, load from the same machine (load average ${loadavg()[0]!.toFixed(1)})`,
  );
  console.log(`menu page, web, signed in: ${requests} requests, ${perRequest.toFixed(2)} ms of CPU each`);
  console.log(`identity  ${percent(identity)}`);
  console.log(`limits    ${percent(limits)}  (of which counting ${(counting * 1_000).toFixed(1)} µs)`);
  console.log(`together  ${percent(identity + limits)}  of 10 % at most`);
  if (identity + limits >= 0.1) process.exitCode = 1;
}

/** The time in which the process did something. */
function busyMs({ nodes, samples, timeDeltas }: CpuProfile): number {
  const idle = new Set(nodes.filter(({ callFrame }) => callFrame.functionName === '(idle)').map(({ id }) => id));
  return samples.reduce((sum, id, at) => (idle.has(id) ? sum : sum + Math.max(0, timeDeltas[at] ?? 0) / 1_000), 0);
}
