import { isId } from '#platform/domain/id.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine, helpOf, type Command } from './system/commandLine.ts';
import { staffChannel, staffChannelSettings } from './system/staffChannel.ts';
import { timelineText, type TimelineEntry } from './system/timelineText.ts';

const command: Command = {
  name: 'orders',
  does: 'what all domains did for an order, a membership or an order from a vendor, under STAFF_TOKEN, a token of support, admin, or the manager of the store.',
  forms: {
    'orders timeline <id>':
      'lists events, steps of the saga and their undos, calls of systems outside, messages and webhooks by time',
  },
  flags: { '--json': 'prints what the channel of staff answers, to be read by a program' },
  settings: staffChannelSettings,
  more: 'A line is: when it began, how long it took, the domain, what it is, its name, what came of it, and the trace. It ends with 1 if a domain did not answer, whose part is then missing. In development, STAFF_TOKEN is what `token:for support` prints.',
  examples: ['orders timeline 0190…', 'orders timeline 0190… --json'],
};

endOnError('orders');
const { words, switches, settings: flags } = commandLine(command);
const [verb, id, ...more] = words;
if (verb === undefined) console.log(helpOf(command));
else await run();

async function run(): Promise<void> {
  if (verb !== 'timeline' || more.length > 0)
    throw new StartupError(`"${words.join(' ')}" is not understood: see --help.`);
  if (id === undefined) throw new StartupError('say of what: orders timeline <id>.');
  if (!isId(id)) throw new StartupError(`"${id}" is no id: it is a UUID in lower case, as the office shows it.`);
  const ask = await staffChannel(flags, 'support, admin or manager');
  const { outcome, errors } = await ask('timeline', { id });
  if (errors !== undefined) throw new StartupError(`the timeline cannot be read: ${JSON.stringify(errors)}.`);
  if (outcome === null)
    throw new StartupError(
      `nothing is known of ${id}: it is the id of no order, membership or order from a vendor, or it is not of your store.`,
    );
  const { entries, isComplete, unreachableDomains } = outcome as unknown as {
    readonly entries: readonly TimelineEntry[];
    readonly isComplete: boolean;
    readonly unreachableDomains: readonly string[];
  };
  if (switches.has('json')) console.log(JSON.stringify(outcome, null, 2));
  else for (const line of timelineText(entries)) console.log(line);
  if (unreachableDomains.length > 0) {
    console.error(`orders: these domains did not answer: ${unreachableDomains.join(', ')}. Ask again later.`);
    process.exitCode = 1;
  } else if (!isComplete) console.error('orders: there are older entries, which are left out.');
}
