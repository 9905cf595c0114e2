import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { watchFolders } from './system/watchFolders.ts';
import { commandLine } from './system/commandLine.ts';
import { startSettings } from './system/settingCatalogue.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const watched = ['bffs', 'gateway', 'platform', 'rest', 'sandbox', 'schema', 'scripts', 'subgraphs'];
const settleMs = 200;

endOnError('dev');
commandLine({
  name: 'dev',
  does: 'runs "start", and again whenever the code changes. Takes the flags and settings of "start".',
  flags: {
    '--fresh': 'as of start; for the first run only',
    '--kafka <brokers>': 'as of start',
    '--only <channel,…>':
      'only these channels, and the subgraphs that they need by their contracts and schema/edges.ts',
    '--mock <subgraph,…>': 'made-up data in place of these subgraphs: plausible, the same after every start',
  },
  more: `A mock answers by the schema of its subgraph: the same entity has the same values in every answer, with ids of the seed, so
that it joins what the other subgraphs know. A mutation succeeds, and what it was given is shown until the next start.
Streams send their first message and stay quiet. Other subgraphs cannot call a mock: "start" lists what fails for that.`,
  settings: await startSettings(),
  examples: ['dev', 'dev --fresh --port-base 5000', 'dev --only kiosk', 'dev --only kiosk,staff --mock menu,loyalty'],
});
const flags = process.argv.slice(2);
let child: ChildProcess | undefined;
let ending = false;
let replacing = false;
let timer: NodeJS.Timeout | undefined;
let restarting = Promise.resolve();

run(flags);
watchFolders(root, watched, (path) => {
  if (!needsRestart(path)) return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    restarting = restarting.then(() => restart(path));
  }, settleMs);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    ending = true;
    clearTimeout(timer);
    void end(signal).then(() => process.exit(0));
  });
}

/** Whether a changed file needs a restart. Tests do not; nor do composed schemas, which the run itself writes. */
function needsRestart(path: string): boolean {
  return (
    /\.(ts|graphql|prisma|proto|sql|json)$/.test(path) &&
    !/\.test\.ts$|^schema\/supergraph\.graphql$|^schema\/channels\/|~$/.test(path)
  );
}

function run(args: readonly string[]): void {
  child = spawn(process.execPath, [...process.execArgv, `${root}scripts/start.ts`, ...args], {
    stdio: 'inherit',
    cwd: root,
  });
  child.once('exit', () => {
    if (!ending && !replacing) console.log('dev: waiting for a change');
  });
}

async function restart(path: string): Promise<void> {
  console.log(`dev: ${path} changed`);
  replacing = true;
  await end('SIGTERM');
  replacing = false;
  if (!ending) run(flags.filter((flag) => flag !== '--fresh'));
}

async function end(signal: NodeJS.Signals): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
