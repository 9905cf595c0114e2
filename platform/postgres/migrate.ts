import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { StartupError } from '#platform/config/startupError.ts';
import { firstConnection } from './firstConnection.ts';

/** The advisory lock of `prisma migrate deploy` (the number is Prisma's), so that neither runs while the other does. */
const prismaLock = 72707369;

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/**
 * Applies the migrations of a folder, in Prisma's layout (`<name>/migration.sql`), that were not applied yet. They run
 * in the order of their names, each in a transaction of its own (so none may hold `CREATE INDEX CONCURRENTLY`). Applied
 * migrations are recorded in Prisma's own table, so that `prisma migrate deploy` can still be used. Several processes
 * may call it at once: they take turns.
 * @returns the names of the migrations that were applied now
 * @throws StartupError when a migration was edited after it was applied, when one fails, or when there is no connection
 */
export async function migrate(url: string, folder: string): Promise<string[]> {
  return apply(url, 'public._prisma_migrations', existsSync(folder) ? read(folder) : []);
}

/**
 * Applies the platform's own migrations, which make the tables of the schema `platform` in every domain's database.
 * They come from several folders, one after the other, and are recorded as `<folder>/<name>`. A domain's own migrations
 * must not touch these tables.
 */
export async function migratePlatform(
  url: string,
  folders: readonly { readonly prefix: string; readonly folder: string }[] = platformFolders,
): Promise<string[]> {
  const migrations = folders
    .filter(({ folder }) => existsSync(folder))
    .flatMap(({ prefix, folder }) =>
      read(folder).map((migration) => ({ ...migration, name: `${prefix}/${migration.name}` })),
    );
  return apply(url, 'platform._platform_migrations', migrations);
}

const platformFolder = fileURLToPath(new URL('..', import.meta.url));

/** The folders with the platform's migrations for the domains' databases. */
const platformFolders = ['events', 'subgraph'].map((prefix) => ({
  prefix,
  folder: join(platformFolder, prefix, 'migrations'),
}));

function read(folder: string): Migration[] {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return names.map((name) => {
    const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8');
    return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
}

async function apply(url: string, table: string, migrations: readonly Migration[]): Promise<string[]> {
  const client = await firstConnection(url);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [prismaLock]);
    if (table.startsWith('platform.')) await client.query('CREATE SCHEMA IF NOT EXISTS platform');
    await client.query(`CREATE TABLE IF NOT EXISTS ${table} (id VARCHAR(36) PRIMARY KEY, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
      migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`);
    const { rows } = await client.query<{ name: string; checksum: string }>(
      `SELECT migration_name AS name, checksum FROM ${table} WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
    );
    const done = new Map(rows.map((row) => [row.name, row.checksum]));
    const applied: string[] = [];
    for (const migration of migrations) {
      if (done.has(migration.name)) checkUnedited(migration, done.get(migration.name));
      else applied.push(await applyOne(client, table, migration));
    }
    return applied;
  } finally {
    await client.end();
  }
}

function checkUnedited({ name, checksum }: Migration, applied: string | undefined): void {
  if (checksum !== applied)
    throw new StartupError(
      `Migration ${name} was edited after it was applied: restore it and add a new one, or begin anew with "start --fresh".`,
    );
}

async function applyOne(client: pg.Client, table: string, { name, sql, checksum }: Migration): Promise<string> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(
      `INSERT INTO ${table} (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
    return name;
  } catch (error) {
    await client.query('ROLLBACK');
    throw new StartupError(`Migration ${name} fails: ${(error as Error).message}.`, { cause: error });
  }
}
