import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { migrate, migratePlatform } from '#platform/postgres/migrate.ts';
import type { TestCluster } from './clusterSetup.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface TestDatabase {
  readonly name: string;
  /** The address with the role that owns the database. */
  readonly url: string;
  /** Cuts whoever is connected. Called by itself when the test file ends. */
  drop(): Promise<void>;
}

const made = new Set<TestDatabase>();

/**
 * A fresh database of a domain: the platform's tables and the domain's own, no rows. `domain` is a folder of
 * `subgraphs/`.
 */
export function testDatabase(domain: string): Promise<TestDatabase> {
  return fromTemplate(domain, migrationsOf(domain), (url) => migrateAll(domain, url));
}

/**
 * As `testDatabase`, with the rows that `seed` writes through the address that it is given. It is called for the first
 * database of a domain alone, and the others are copies: copying takes less than writing.
 */
export function seededDatabase(domain: string, seed: (url: string) => Promise<void>): Promise<TestDatabase> {
  return fromTemplate(
    `${domain}_seeded`,
    [...migrationsOf(domain), 'schema/seed', `subgraphs/${domain}/src`],
    async (url) => {
      await migrateAll(domain, url);
      await seed(url);
    },
  );
}

/** A secret that stays the same during a run, so that all its systems can read what was encrypted for one of them. */
export const secretOfRun = (name: string): string =>
  createHash('sha256').update(testCluster().password).update(name).digest('base64');

/** A fresh database with the platform's tables only. */
export function emptyDatabase(): Promise<TestDatabase> {
  return fromTemplate(
    'platform',
    ['platform/events/migrations', 'platform/subgraph/migrations'],
    async (url) => void (await migratePlatform(url)),
  );
}

/**
 * A fresh database with the migrations of any folder, given relative to the repository's root; with none, one that
 * holds nothing at all.
 */
export function databaseOf(folder?: string): Promise<TestDatabase> {
  return fromTemplate('folder', folder ? [folder] : [], async (url) => {
    if (folder) await migrate(url, join(root, folder));
  });
}

/** A fresh database of the PostgreSQL bus. */
export const busDatabase = (): Promise<TestDatabase> => databaseOf('platform/events/bus/migrations');

/** What was made so far outlives this test file: others of this process use it. It ends with the run's cluster. */
export const keepTestDatabases = (): void => made.clear();

/** Drops what this test file made. Vitest calls it after each file. */
export async function dropTestDatabases(): Promise<void> {
  await Promise.all([...made].map((database) => database.drop()));
}

function testCluster(): TestCluster {
  const handed = process.env['TEST_CLUSTER'];
  if (!handed) throw new Error('No test cluster: a test on PostgreSQL must be named *.int.test.ts or lie in e2e/.');
  return JSON.parse(handed) as TestCluster;
}

const migrationsOf = (domain: string): string[] => [
  'platform/events/migrations',
  'platform/subgraph/migrations',
  `subgraphs/${domain}/prisma/migrations`,
];

async function migrateAll(domain: string, url: string): Promise<void> {
  await migratePlatform(url);
  await migrate(url, join(root, 'subgraphs', domain, 'prisma/migrations'));
}

async function fromTemplate(
  label: string,
  folders: readonly string[],
  prepare: (url: string) => Promise<void>,
): Promise<TestDatabase> {
  const cluster = testCluster();
  const template = `template_${label}_${fingerprint(folders)}`;
  const name = `test_${label}_${randomBytes(6).toString('hex')}`;
  await asAdmin(cluster, async (admin) => {
    await ensureTemplate(admin, cluster, template, prepare);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} OWNER ${cluster.role}`);
  });
  const database: TestDatabase = {
    name,
    url: urlOf(cluster, name),
    drop: async () => {
      if (!made.delete(database)) return;
      await asAdmin(cluster, (admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
  made.add(database);
  return database;
}

/**
 * The lock is per template, so that only the first of all test processes migrates. A half-made one never bears the
 * template's name.
 */
async function ensureTemplate(
  admin: pg.Client,
  cluster: TestCluster,
  template: string,
  prepare: (url: string) => Promise<void>,
): Promise<void> {
  await admin.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [template]);
  try {
    const known = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (known.rowCount) return;
    const draft = `draft_${randomBytes(6).toString('hex')}`;
    await admin.query(`CREATE DATABASE ${draft} OWNER ${cluster.role}`);
    await prepare(urlOf(cluster, draft));
    await admin.query('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1', [draft]);
    await admin.query(`ALTER DATABASE ${draft} RENAME TO ${template}`);
  } finally {
    await admin.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [template]);
  }
}

function urlOf({ adminUrl, role, password }: TestCluster, database: string): string {
  const url = new URL(adminUrl);
  url.username = role;
  url.password = password;
  url.pathname = `/${database}`;
  return url.href;
}

async function asAdmin<T>(cluster: TestCluster, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client(cluster.adminUrl);
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

/** A hash of the text in the folders, so that a watcher's run after an edit gets a template of its own. */
function fingerprint(folders: readonly string[]): string {
  const hash = createHash('sha256');
  for (const folder of folders.filter((each) => existsSync(join(root, each)))) {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).sort();
    for (const path of names.map((name) => join(root, folder, name)).filter((each) => statSync(each).isFile()))
      hash.update(path).update(readFileSync(path));
  }
  return hash.digest('hex').slice(0, 12);
}
