import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine, helpOf, type Command } from './system/commandLine.ts';
import { subgraphSettings } from './system/serviceSettings.ts';
import { Teardown } from './system/teardown.ts';
import { readGiven } from './system/readGiven.ts';
import { withDomain } from './system/withDomain.ts';

const command: Command = {
  name: 'loyalty',
  does: 'compares what the loyalty partner has booked with the ledger of points; through the database of loyalty.',
  forms: {
    'loyalty reconcile <file>':
      'takes in the file of a day, and tells in what it differs: each difference once, also if the file comes again',
    'loyalty findings': 'lists the differences that are open, with what to do about each',
  },
  settings: subgraphSettings.pick({ PORT_BASE: true, DATA_DIR: true }),
  more: 'The running subgraph takes files in by itself; this is for those that come late or are corrected. It ends with 1 when something is open, or the file is refused.',
  examples: ['loyalty reconcile 2026-06-01.csv', 'loyalty findings'],
};

const teardown = new Teardown();
endOnError('loyalty', () => teardown.run());
const { settings: flags, words } = commandLine(command);
if (words.length === 0) console.log(helpOf(command));
else await run(words);

async function run([verb, path, ...more]: readonly string[]): Promise<void> {
  const isKnown = verb === 'reconcile' || (verb === 'findings' && path === undefined);
  if (!isKnown || more.length > 0) throw new StartupError(`"${words.join(' ')}" is not understood: see --help.`);
  if (verb === 'reconcile' && path === undefined) throw new StartupError('say which: loyalty reconcile <file>.');
  const text = path === undefined ? '' : readGiven(path);
  await withDomain('loyalty', { flags, teardown }, async (parts) => {
    const { reconcile, findings } = await import('./system/loyaltyCommand.ts');
    return path === undefined ? findings(parts) : reconcile(parts, path, text);
  });
}
