import { isId } from '#platform/domain/id.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine } from './system/commandLine.ts';
import { domainAddresses } from './system/domainAddresses.ts';
import { exchangeKeys } from './system/exchangeKeys.ts';
import { readEnvironment } from './system/readEnvironment.ts';
import { subgraphSettings } from './system/serviceSettings.ts';

endOnError('keys:exchange');
const { settings: flags, words } = commandLine({
  name: 'keys:exchange',
  words: true,
  does: 'gives a person another key, and seals all that is kept about them by it, in a system that serves meanwhile.',
  forms: { 'keys:exchange <id>': 'of this customer or courier, in all domains that have a key of theirs' },
  flags: { '--wait <seconds>': 'how long to wait for a domain (600); it goes on afterwards' },
  settings: subgraphSettings,
  more: 'For when a key may have become known. The key before it opens what copies of the databases hold from before, and nothing else. Ends with 1 if nobody of this id has a key, or a domain failed, which then keeps what it had.',
  examples: ['keys:exchange 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b'],
});
const [owner] = words;
if (words.length !== 1 || !isId(owner!)) throw new StartupError('give the id of one person: see --help.');
const { WAIT, ...others } = flags;
const urlOf = domainAddresses(await readEnvironment(), others);
const all = await exchangeKeys({
  owner: owner!,
  flags: WAIT === undefined ? {} : { WAIT },
  urlOf,
  print: console.log,
});
process.exitCode = all ? 0 : 1;
