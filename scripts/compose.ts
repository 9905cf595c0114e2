import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { composeVariables } from '../e2e/harness/compose/composeFile.ts';
import { commandLine } from './system/commandLine.ts';
import { generateOrFail } from './system/generateOrFail.ts';

endOnError('compose:run');
const { settings, words } = commandLine({
  name: 'compose:run',
  words: true,
  does: 'runs docker-compose.yml on a machine without docker: each service as a process, with the command and the environment of the file.',
  forms: { 'compose:run': 'all services of the profile', 'compose:run <service>…': 'these, and what they depend on' },
  flags: {
    '--profile <name>': 'development or production (PROFILE of the environment or .env, else development)',
    '--data-dir <folder>': 'of the databases, the broker and the volumes (.data/compose)',
  },
  more: `Reads .env and the environment as compose does. Each service has a loopback address of its own (Linux), and finds the others by their names. PostgreSQL is the
embedded one, Kafka comes from Maven Central (Java 17, Maven); services of other images are left out, and named. A service that ends, or is ended (kill <process>), begins
again with the .env of that moment: so one gets a new setting or key while the others go on. Ctrl-C stops all in order; once more, at once.`,
  examples: ['compose:run', 'compose:run --profile production', 'compose:run channel-kiosk'],
});
const root = fileURLToPath(new URL('..', import.meta.url));
const {
  PROFILE = composeVariables(process.env, join(root, '.env'))['PROFILE'] ?? 'development',
  DATA_DIR = '.data/compose',
} = settings;
if (PROFILE !== 'development' && PROFILE !== 'production')
  throw new StartupError(`--profile ${PROFILE} is not understood: development or production.`);
await generateOrFail(console.error);
const { runCompose } = await import('../e2e/harness/compose/runCompose.ts');

const tell = (service: string, line: string): void => console.log(`${service.padEnd(18)} | ${line}`);
const starting = runCompose({
  environment: { ...process.env, PROFILE },
  profiles: PROFILE === 'development' ? ['development'] : [],
  services: words,
  folder: DATA_DIR,
  hear: tell,
});
let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (stopping) process.exit(130);
    stopping = true;
    tell('compose', `stopping (${signal}); once more to stop at once`);
    starting
      .then((run) => run.stop())
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  });
}
const run = await starting;
if (run.leftOut.length) tell('compose', `left out, for want of docker: ${run.leftOut.join(', ')}`);
await run.whenUp();
console.log(`\n${run.table().join('\n')}\n\nReady. Ctrl-C stops it.`);
