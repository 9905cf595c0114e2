import { StartupError } from '#platform/config/startupError.ts';
import { createFromCommandLine } from './scaffold/create.ts';

/** `new:subgraph <name>` and `new:channel <name>`. */
const [kind, name] = process.argv.slice(2);
try {
  if (kind !== 'subgraph' && kind !== 'channel') throw new StartupError('say what: subgraph <name> or channel <name>.');
  await createFromCommandLine(kind, name);
} catch (error) {
  console.error(error instanceof StartupError ? `new: ${error.message}` : error);
  process.exit(1);
}
