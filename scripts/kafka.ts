import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine, helpOf, type Command } from './system/commandLine.ts';
import { cleanBroker, startBroker, stopBroker } from './system/kafkaCommand.ts';

const command: Command = {
  name: 'kafka',
  does: 'one Apache Kafka broker on this machine, from Maven Central, without docker. Needs Java 17 and Maven.',
  forms: {
    'kafka start': 'starts it, or says that it runs; what it held is still there',
    'kafka stop': 'stops it; its data stay',
    'kafka clean': 'stops it and deletes its data',
  },
  flags: {
    '--port <n>': 'of the broker (KAFKA_PORT, 9092; 0 takes a free one); its controller listens on the next',
    '--data-dir <dir>': 'it keeps its data in <dir>/kafka (DATA_DIR, .data)',
  },
  examples: ['kafka start', 'start --kafka 127.0.0.1:9092'],
};

endOnError('kafka');
const { settings, words } = commandLine(command);
const { PORT = process.env['KAFKA_PORT'] ?? '9092', DATA_DIR = process.env['DATA_DIR'] ?? '.data' } = settings;
const [action, ...more] = words;
const [odd] = more;
if (odd) throw new StartupError(`"${odd}" is not understood: see --help.`);
if (!/^\d{1,5}$/.test(PORT) || Number(PORT) > 65_534) throw new StartupError(`--port ${PORT} is not a port.`);
if (!action) console.log(helpOf(command));
else if (action === 'start') await startBroker({ dataDir: DATA_DIR, port: Number(PORT), tell: console.log });
else if (action === 'stop') await stopBroker({ dataDir: DATA_DIR, tell: console.log });
else if (action === 'clean') await cleanBroker({ dataDir: DATA_DIR, tell: console.log });
else throw new StartupError(`"${action}" is not understood: start, stop or clean.`);
