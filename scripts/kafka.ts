import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { parseFlags } from './system/flags.ts';
import { cleanBroker, startBroker, stopBroker } from './system/kafkaCommand.ts';

const help = `kafka: one Apache Kafka broker on this machine, from Maven Central, without docker. Needs Java 17 and Maven.

  kafka start   starts it, or says that it runs; what it held is still there
  kafka stop    stops it; its data stay
  kafka clean   stops it and deletes its data

  --port <n>         of the broker (KAFKA_PORT, 9092; 0 takes a free one); its controller listens on the next
  --data-dir <dir>   it keeps its data in <dir>/kafka (DATA_DIR, .data)

Then: start --kafka 127.0.0.1:9092
`;

endOnError('kafka');
const { switches, settings, words } = parseFlags(process.argv.slice(2), ['help']);
const { PORT = process.env['KAFKA_PORT'] ?? '9092', DATA_DIR = process.env['DATA_DIR'] ?? '.data', ...unknown } = settings;
const [command, ...more] = words;
const [odd] = [...Object.keys(unknown).map((key) => `--${key.toLowerCase().replaceAll('_', '-')}`), ...more];
if (odd) throw new StartupError(`"${odd}" is not understood: --help lists what is.`);
if (!/^\d{1,5}$/.test(PORT) || Number(PORT) > 65_534) throw new StartupError(`--port ${PORT} is no port.`);
if (switches.has('help') || !command) console.log(help);
else if (command === 'start') await startBroker({ dataDir: DATA_DIR, port: Number(PORT), tell: console.log });
else if (command === 'stop') await stopBroker({ dataDir: DATA_DIR, tell: console.log });
else if (command === 'clean') await cleanBroker({ dataDir: DATA_DIR, tell: console.log });
else throw new StartupError(`"${command}" is not understood: start, stop or clean.`);
