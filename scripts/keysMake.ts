import { endOnError } from '#platform/telemetry/endOnError.ts';
import { parseFlags } from './system/flags.ts';
import { makeProductionSecrets } from './system/makeSecrets.ts';

const help = `keys:make: prints the secrets that production needs and nobody else gives, as lines of .env; writes nothing, and reads nothing.

  keys:make >> .env    everything, for a new installation
  --help               show this

Keep what it prints as you keep passwords. docs/operations.md tells the way around it.
`;

endOnError('keys:make');
const { switches } = parseFlags(process.argv.slice(2), ['help']);
process.stdout.write(switches.has('help') ? help : `${(await makeProductionSecrets()).map(([name, value]) => `${name}='${value}'`).join('\n')}\n`);
