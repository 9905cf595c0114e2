import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings } from '#platform/config/loadSettings.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { databaseUrl } from '#platform/postgres/databaseUrl.ts';
import { Passwords } from '#platform/postgres/passwords.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { databaseAddress } from './system/databaseAddress.ts';
import { dataFolder } from './system/dataDir.ts';
import { commandLine, helpOf } from './system/commandLine.ts';
import { command, eventsCommand } from './system/eventsCommand.ts';
import { postgresOffset } from './system/ports.ts';
import { readEnvironment } from './system/readEnvironment.ts';
import { subgraphSettings } from './system/serviceSettings.ts';

/** `events parked list|show|replay`, `events rebuild`: see --help. Ends with 1 when something is left undone. */
const own = ['CONSUMER', 'AGGREGATE', 'ID', 'WAIT', 'DATABASE_URL'];

endOnError('events');
const { settings: flags, words } = commandLine(command);
if (!words.length) console.log(helpOf(command));
else process.exitCode = (await eventsCommand({ words, flags, urlOf: await urls(flags), print: console.log })) ? 0 : 1;

/** A told database, those of a told server, or those of the embedded one, with the passwords that it keeps. */
async function urls(flags: Readonly<Record<string, string>>): Promise<(domain: string) => Promise<string>> {
  const environment = await readEnvironment();
  const told = flags['DATABASE_URL'] ?? environment['DATABASE_URL'];
  if (told) return () => Promise.resolve(told);
  const others = Object.fromEntries(Object.entries(flags).filter(([key]) => !own.includes(key)));
  const settings = loadSettings(subgraphSettings, { environment, flags: others, moreToCome: true });
  const databaseOf = (domain: string): string => subgraphs.find(({ name }) => name === domain)?.database ?? domain;
  if (settings.DATABASE_HOST !== undefined) {
    const secrets = { settings, environment, onMade: () => undefined };
    return (domain) =>
      databaseAddress(settings, secrets, { database: databaseOf(domain), whole: 'DATABASE_URL', whatFor: domain });
  }
  const passwordFile = join(dataFolder(settings.DATA_DIR, 'postgres'), 'passwords.json');
  if (!existsSync(passwordFile))
    throw new StartupError(
      `no system was ever started on ${settings.DATA_DIR}: set DATA_DIR, or DATABASE_HOST for subgraphs served alone.`,
    );
  const passwords = new Passwords(passwordFile);
  return (domain) => {
    const database = databaseOf(domain);
    return Promise.resolve(
      databaseUrl({
        host: '127.0.0.1',
        port: settings.PORT_BASE + postgresOffset,
        user: database,
        password: passwords.of(database),
        database,
      }),
    );
  };
}
