import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings } from '#platform/config/loadSettings.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { databaseUrl } from '#platform/postgres/databaseUrl.ts';
import { Passwords } from '#platform/postgres/passwords.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { databaseAddress } from './databaseAddress.ts';
import { dataFolder } from './dataDir.ts';
import { postgresOffset } from './ports.ts';
import { subgraphSettings } from './serviceSettings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The setting with one address for the databases of all domains, of a role that may read and write in each. */
export const adminAddressName = 'ADMIN_DATABASE_URL';

/** The same server and role, another database. */
function withDatabase(address: string, database: string): string {
  if (!URL.canParse(address) || !/^postgres(?:ql)?:$/.test(new URL(address).protocol))
    throw new StartupError(
      `${adminAddressName} is no address such as postgresql://<role>:<password>@<host>:5432; in a password / is written %2F, @ %40 and % %25`,
    );
  const url = new URL(address);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

/**
 * Finds the domains' databases for a command: those on the server that ADMIN_DATABASE_URL or the settings name, or
 * those of the embedded server in DATA_DIR, with the passwords that it stored.
 * @throws StartupError when there is neither
 */
export function domainAddresses(
  environment: Environment,
  flags: Readonly<Record<string, string>>,
): (domain: string) => Promise<string> {
  const settings = loadSettings(subgraphSettings, { environment, flags, moreToCome: true });
  const databaseOf = (domain: string): string => subgraphs.find(({ name }) => name === domain)?.database ?? domain;
  const server = environment[adminAddressName];
  if (server) return (domain) => Promise.resolve(withDatabase(server, databaseOf(domain)));
  if (settings.DATABASE_HOST !== undefined) {
    const secrets = { settings, environment, onMade: () => undefined };
    return (domain) =>
      databaseAddress(settings, secrets, { database: databaseOf(domain), whole: 'DATABASE_URL', whatFor: domain });
  }
  const passwordFile = join(dataFolder(settings.DATA_DIR, 'postgres'), 'passwords.json');
  if (!existsSync(passwordFile))
    throw new StartupError(
      `no system was ever started on ${settings.DATA_DIR}: run "start" first, or set DATA_DIR to that of the one that runs; ` +
        'for one that docker-compose.yml or compose:run runs, set DATABASE_HOST and DATABASE_PORT to its PostgreSQL.',
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
