import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { createFromCommandLine } from './scaffold/create.ts';

/** `new:subgraph <name>` and `new:channel <name>`. */
const [kind, name] = process.argv.slice(2);
endOnError('new');
if (kind !== 'subgraph' && kind !== 'channel') throw new StartupError('say what: subgraph <name> or channel <name>.');
await createFromCommandLine(kind, name);
