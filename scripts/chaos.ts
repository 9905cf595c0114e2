import { randomInt } from 'node:crypto';
import { StartupError } from '#platform/config/startupError.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { runChaos } from '../e2e/chaos/chaosRun.ts';
import { parseFlags } from './system/flags.ts';

const help = `e2e:chaos: random kills of client, channel, relay, consumer, broker and database, while orders move; then all promises about events and streams are checked.

  --minutes <n>      no history begins after so long (10)
  --seed <n>         of the first history, the next one has the next (random); it decides what is done, not how the processes meet
  --bus <name>       postgres or kafka (postgres)
  --client <name>    of Kafka: kafkajs or platformatic (kafkajs)
  --channels <n>     replicas of the channel (3)

Everything runs in processes of their own, on a PostgreSQL server and a broker of their own, in a temporary folder. Ends with 1 at the first promise
that was not kept, and says the seed and the history.
`;

function choice<const Name extends string>(flag: string, value: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === value);
  if (!found) throw new StartupError(`--${flag} ${value} is not understood: ${names.join(' or ')}.`);
  return found;
}

function count(flag: string, value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new StartupError(`--${flag} ${value} is no number.`);
  return Number(value);
}

endOnError('e2e:chaos');
const { switches, settings, words } = parseFlags(process.argv.slice(2), ['help']);
const { MINUTES = '10', SEED = String(randomInt(2 ** 28)), BUS = 'postgres', CLIENT = 'kafkajs', CHANNELS = '3', ...unknown } = settings;
const [odd] = [...Object.keys(unknown).map((key) => `--${key.toLowerCase().replaceAll('_', '-')}`), ...words];
if (odd) throw new StartupError(`"${odd}" is not understood: --help lists what is.`);
if (switches.has('help')) console.log(help);
else {
  const bus = choice('bus', BUS, ['postgres', 'kafka']);
  await runChaos({
    bus, kafkaClient: choice('client', CLIENT, ['kafkajs', 'platformatic']), channels: Math.max(1, count('channels', CHANNELS)), seed: count('seed', SEED),
    forMs: count('minutes', MINUTES) * 60_000, folder: temporaryFolder('chaos'), tell: console.log,
  });
  console.log('chaos: every promise was kept');
}
process.exit(0);
