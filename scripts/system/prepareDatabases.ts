import { loadSettings } from '#platform/config/loadSettings.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { ensureDatabase } from '#platform/postgres/ensureDatabase.ts';
import { createLogger } from '#platform/telemetry/createLogger.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { addressAs, adminPasswordName, passwordNameOf } from './databaseAddress.ts';
import { busDatabase, sagaDatabase, webhooksDatabase } from './databases.ts';
import { patience } from './patience.ts';
import { secretOptionsOf, secretsNamed } from './secrets.ts';
import type { ServeContext } from './serveContext.ts';
import { databasesSettings } from './serviceSettings.ts';

/**
 * Makes the role and the database of each domain on an existing PostgreSQL server, and is done then. The services
 * migrate their own databases.
 */
export async function prepareDatabases(context: ServeContext): Promise<void> {
  const settings = loadSettings(databasesSettings, context.sources);
  if (settings.DATABASE_HOST === undefined)
    throw new StartupError('DATABASE_HOST is missing: it names the server on which the databases are made.');
  const patiently = patience(settings, createLogger({ level: 'warn', service: 'databases' }));
  const databases = [
    ...subgraphs.map(({ database }) => database),
    sagaDatabase,
    webhooksDatabase,
    ...(settings.BUS === 'postgres' ? [busDatabase] : []),
  ];
  const passwords = await secretsNamed(
    [adminPasswordName, ...databases.map(passwordNameOf)],
    secretOptionsOf(settings, context),
  );
  const passwordOf = (role: string): string => passwords[passwordNameOf(role)] ?? '';
  const server = {
    adminUrl: addressAs(settings, {
      user: settings.POSTGRES_USER,
      password: passwords[adminPasswordName] ?? '',
      database: 'postgres',
    }),
    passwordOf,
    url: (database: string, role = database) =>
      addressAs(settings, { user: role, password: passwordOf(role), database }),
  };
  for (const database of databases) {
    const { created } = await patiently(() => ensureDatabase(server, { database, role: database }));
    context.tell(`database ${database} ${created ? 'made' : 'is there'}`);
  }
}
