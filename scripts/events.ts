import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings } from '#platform/config/loadSettings.ts';
import { platformSettings } from '#platform/config/settings.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { Passwords } from '#platform/postgres/passwords.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { dataFolder } from './system/dataDir.ts';
import { eventsCommand, eventsHelp } from './system/eventsCommand.ts';
import { parseFlags } from './system/flags.ts';
import { postgresOffset } from './system/ports.ts';

/** `events parked list|show|replay`, `events rebuild`: see --help. Ends with 1 when something is left undone. */
const own = ['CONSUMER', 'AGGREGATE', 'ID', 'WAIT', 'DATABASE_URL'];

endOnError('events');
const { switches, settings: flags, words } = parseFlags(process.argv.slice(2), ['help']);
if (switches.has('help') || !words.length) console.log(eventsHelp);
else process.exitCode = await eventsCommand({ words, flags, urlOf: urls(flags), print: console.log }) ? 0 : 1;

/** A told database, or those of the embedded server, with the passwords that it keeps. */
function urls(flags: Readonly<Record<string, string>>): (domain: string) => string {
  const told = flags['DATABASE_URL'] ?? process.env['DATABASE_URL'];
  if (told) return () => told;
  const others = Object.fromEntries(Object.entries(flags).filter(([key]) => !own.includes(key)));
  const settings = loadSettings(platformSettings, { environment: process.env, file: '.env', flags: others, moreToCome: true });
  const passwordFile = join(dataFolder(settings.DATA_DIR, 'postgres'), 'passwords.json');
  if (!existsSync(passwordFile)) throw new StartupError(`no system was ever started on ${settings.DATA_DIR}: set DATA_DIR, or DATABASE_URL for a subgraph served alone.`);
  const passwords = new Passwords(passwordFile);
  return (domain) => {
    const database = subgraphs.find(({ name }) => name === domain)?.database ?? domain;
    return `postgres://${database}:${encodeURIComponent(passwords.of(database))}@127.0.0.1:${settings.PORT_BASE + postgresOffset}/${database}`;
  };
}
