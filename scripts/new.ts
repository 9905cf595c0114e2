import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine, helpOf, type Command } from './system/commandLine.ts';
import { createFromCommandLine } from './scaffold/create.ts';
import { channelName, subgraphName } from './scaffold/registry.ts';

/** The commands `new:subgraph <name>` and `new:channel <name>`. */
const [kind, ...args] = process.argv.slice(2);
endOnError('new');
if (kind !== 'subgraph' && kind !== 'channel')
  throw new StartupError('name what to make: subgraph <name> or channel <name>.');
const command: Command = {
  name: `new:${kind}`,
  does:
    kind === 'subgraph'
      ? 'makes a subgraph: a folder in the usual shape, a file of events, lines in schema/subgraphs.ts, edges.ts, permissions.ts and retention.ts, and what is generated from them.'
      : 'makes a channel: a folder in the usual shape, a line in schema/channels.ts, and what is generated from them.',
  forms: { [`new:${kind} <name>`]: (kind === 'subgraph' ? subgraphName : channelName).take },
  examples: [kind === 'subgraph' ? 'new:subgraph giftcards' : 'new:channel drive-in'],
};
const {
  words: [name, odd],
} = commandLine(command, args);
if (odd) throw new StartupError(`"${odd}" is one name too many: --help tells more.`);
if (name) await createFromCommandLine(kind, name);
else console.log(helpOf(command));
