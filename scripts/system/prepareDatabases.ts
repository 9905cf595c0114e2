import { loadSettings } from '#platform/config/loadSettings.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { ensureDatabase } from '#platform/postgres/ensureDatabase.ts';
import { z } from 'zod';
import type { ServeContext } from './serveContext.ts';

const settingsOfTask = z.object({
  ADMIN_DATABASE_URL: z.string().min(1).describe('of the server, as a role that may create roles and databases'),
  DATABASE_URLS: z.string().min(1).describe('of the databases to make, separated by blanks; user and password become the owner'),
});

/** Makes roles and databases on a server that somebody else runs; ends when it is done. Services migrate their own. */
export async function prepareDatabases(context: ServeContext): Promise<void> {
  const settings = loadSettings(settingsOfTask, { environment: context.sources.environment });
  for (const text of settings.DATABASE_URLS.split(/\s+/).filter(Boolean)) {
    if (!URL.canParse(text)) throw new StartupError('DATABASE_URLS holds something that is no URL.');
    const url = new URL(text);
    const database = url.pathname.slice(1);
    const { created } = await ensureDatabase(
      { adminUrl: settings.ADMIN_DATABASE_URL, passwordOf: () => decodeURIComponent(url.password), url: () => text },
      { database, role: decodeURIComponent(url.username) },
    );
    context.tell(`database ${database} ${created ? 'made' : 'is there'}`);
  }
}
