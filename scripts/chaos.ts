import { randomInt } from 'node:crypto';
import { StartupError } from '#platform/config/startupError.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine } from './system/commandLine.ts';
import { generateOrFail } from './system/generateOrFail.ts';

function choice<const Name extends string>(flag: string, value: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === value);
  if (!found) throw new StartupError(`--${flag} ${value} is not understood: ${names.join(' or ')}.`);
  return found;
}

function count(flag: string, value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new StartupError(`--${flag} ${value} is not a number.`);
  return Number(value);
}

endOnError('e2e:chaos');
const { settings } = commandLine({
  name: 'e2e:chaos',
  does: 'random kills of client, channel, relay, consumer, broker and database, while orders move; then all promises about events and streams are checked.',
  flags: {
    '--minutes <n>': 'no history begins after so long (10)',
    '--seed <n>':
      'of the first history, the next one has the next (random); it decides what is done, not how the processes meet',
    '--bus <name>': 'postgres or kafka (postgres)',
    '--client <name>': 'of Kafka: kafkajs or platformatic (kafkajs)',
    '--channels <n>': 'replicas of the channel (3)',
  },
  more: `Everything runs in processes of their own, on a PostgreSQL server and a broker of their own, in a temporary folder. Ends with 1 at the first promise
that was not kept, and says the seed and the history.`,
  examples: ['e2e:chaos --minutes 10 --seed 1 --bus kafka'],
});
const {
  MINUTES = '10',
  SEED = String(randomInt(2 ** 28)),
  BUS = 'postgres',
  CLIENT = 'kafkajs',
  CHANNELS = '3',
} = settings;
const bus = choice('bus', BUS, ['postgres', 'kafka']);
const kafkaClient = choice('client', CLIENT, ['kafkajs', 'platformatic']);
const [channels, seed, minutes] = [
  Math.max(1, count('channels', CHANNELS)),
  count('seed', SEED),
  count('minutes', MINUTES),
];
// The test's processes import generated code, which a fresh clone does not have yet.
await generateOrFail(console.error);
const { runChaos } = await import('../e2e/chaos/chaosRun.ts');
await runChaos({
  bus,
  kafkaClient,
  channels,
  seed,
  forMs: minutes * 60_000,
  folder: temporaryFolder('chaos'),
  tell: console.log,
});
console.log('chaos: every promise was kept');
process.exit(0);
