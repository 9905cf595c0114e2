import { StartupError } from '#platform/config/startupError.ts';
import { databaseUrl } from '#platform/postgres/databaseUrl.ts';
import type { DatabaseSettings } from './databaseSettings.ts';
import { secretsNamed, type SecretOptions } from './secrets.ts';

/** The name of the secret that holds a role's password. Each role is named like its database. */
export const passwordNameOf = (database: string): string => `${database.toUpperCase()}_DATABASE_PASSWORD`;

export const adminPasswordName = 'POSTGRES_PASSWORD';

/**
 * The address of a database, with the database's own role: the setting `whole` if it is set, or else built from the
 * settings for the server and the role's password.
 * @throws StartupError when neither is set
 */
export async function databaseAddress(
  settings: DatabaseSettings,
  secrets: SecretOptions,
  {
    database,
    whole,
    whatFor,
  }: { database: string; whole: 'DATABASE_URL' | 'BUS_DATABASE_URL' | 'SAGAS_DATABASE_URL'; whatFor: string },
): Promise<string> {
  const told = secrets.environment[whole];
  if (told) return told;
  if (settings.DATABASE_HOST === undefined)
    throw new StartupError(`DATABASE_HOST is missing: ${whatFor} needs it (or ${whole}, the whole address).`);
  const name = passwordNameOf(database);
  const { [name]: password = '' } = await secretsNamed([name], secrets);
  return addressAs(settings, { user: database, password, database });
}

/** Builds the address of a database on the server that `DATABASE_HOST` and the related settings describe. */
export const addressAs = (
  settings: DatabaseSettings,
  role: { readonly user: string; readonly password: string; readonly database: string },
): string =>
  databaseUrl({
    ...role,
    host: settings.DATABASE_HOST ?? '',
    port: settings.DATABASE_PORT,
    tls: {
      mode: settings.DATABASE_SSLMODE,
      ca: settings.DATABASE_CA_PATH,
      cert: settings.DATABASE_CERT_PATH,
      key: settings.DATABASE_KEY_PATH,
    },
  });
