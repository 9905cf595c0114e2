import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine, helpOf, type Command } from './system/commandLine.ts';
import { subgraphSettings } from './system/serviceSettings.ts';
import { Teardown } from './system/teardown.ts';
import { readGiven } from './system/readGiven.ts';
import { withDomain } from './system/withDomain.ts';

/** The payment providers by their names in the rows of payments. */
const providers = ['usual', 'kassa'];

const command: Command = {
  name: 'settlements',
  does: 'compares what the payment providers have settled with our payments; through the database of payments.',
  forms: {
    'settlements reconcile <usual|kassa> <file>':
      'takes in the settlement file of a day, and tells in what it differs: each difference once, also if the file comes again',
    'settlements findings': 'lists the differences that are open, with what to do about each',
  },
  settings: subgraphSettings.pick({ PORT_BASE: true, DATA_DIR: true }),
  more: 'The running subgraph takes files in by itself; this is for those that come late or are corrected. It ends with 1 when something is open, or the file is refused.',
  examples: ['settlements reconcile kassa 2026-06-01.csv', 'settlements findings'],
};

const teardown = new Teardown();
endOnError('settlements', () => teardown.run());
const { settings: flags, words } = commandLine(command);
if (words.length === 0) console.log(helpOf(command));
else await run(words);

async function run([verb, provider, path, ...more]: readonly string[]): Promise<void> {
  const isKnown = verb === 'reconcile' || (verb === 'findings' && provider === undefined);
  if (!isKnown || more.length > 0) throw new StartupError(`"${words.join(' ')}" is not understood: see --help.`);
  if (verb === 'findings')
    return withDomain('payments', { flags, teardown }, async (parts) =>
      (await import('./system/settlementsCommand.ts')).findings(parts),
    );
  if (provider === undefined || !providers.includes(provider) || path === undefined)
    throw new StartupError(`say whose and which: settlements reconcile <${providers.join('|')}> <file>.`);
  const text = readGiven(path);
  await withDomain('payments', { flags, teardown }, async (parts) =>
    (await import('./system/settlementsCommand.ts')).reconcile(parts, provider, path, text),
  );
}
