import { readFileSync } from 'node:fs';
import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine, helpOf, type Command } from './system/commandLine.ts';
import { generateOrFail } from './system/generateOrFail.ts';
import { readEnvironment } from './system/readEnvironment.ts';
import { subgraphSettings } from './system/serviceSettings.ts';
import { Teardown } from './system/teardown.ts';

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
  const text = path === undefined ? '' : read(path);
  await generateOrFail(console.log);
  // Imported only now, because they need generated code, which a fresh clone does not have before.
  const [{ openDomains }, { reconcile, findings }] = await Promise.all([
    import('./system/transfer/openDomains.ts'),
    import('./system/loyaltyCommand.ts'),
  ]);
  const options = { environment: await readEnvironment(), flags, print: (line: string) => console.error(line) };
  const [loyalty] = await openDomains(options, teardown, ({ entry }) => entry.name === 'loyalty');
  const parts = { domain: loyalty!.domain, print: (line: string) => console.log(line) };
  const isRight = path === undefined ? await findings(parts) : await reconcile(parts, path, text);
  await teardown.run();
  process.exitCode = isRight ? 0 : 1;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new StartupError(`${path} cannot be read: ${(error as Error).message}.`);
  }
}
