import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine } from './system/commandLine.ts';
import { domainAddresses } from './system/domainAddresses.ts';
import { readEnvironment } from './system/readEnvironment.ts';
import { rewrapAll } from './system/rewrapAll.ts';
import { subgraphSettings } from './system/serviceSettings.ts';

endOnError('keys:rewrap');
const { settings: flags, words } = commandLine({
  name: 'keys:rewrap',
  words: true,
  does: 'wraps the keys of people’s data by the first key of PII_MASTER_KEYS, in a system that serves meanwhile; what it has done and what is left is printed.',
  forms: {
    'keys:rewrap': 'in all domains that have such keys',
    'keys:rewrap <domain>': 'in this one, such as customers',
  },
  flags: { '--wait <seconds>': 'how long to wait for a domain (600); it goes on afterwards' },
  settings: subgraphSettings,
  more: 'First put a new master key before the old one, and start all services again. When this ends with 0, take the old one out of the setting. Ends with 1 if a key is left that no configured master key unwraps.',
  examples: ['keys:rewrap', 'keys:rewrap customers'],
});
if (words.length > 1) throw new StartupError('name one domain, or none for all: see --help.');
const { WAIT, ...others } = flags;
const urlOf = domainAddresses(await readEnvironment(), others);
const all = await rewrapAll({ only: words[0], flags: WAIT === undefined ? {} : { WAIT }, urlOf, print: console.log });
process.exitCode = all ? 0 : 1;
