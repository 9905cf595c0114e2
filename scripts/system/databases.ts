import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDatabase } from '#platform/postgres/ensureDatabase.ts';
import { migrate, migratePlatform } from '#platform/postgres/migrate.ts';
import type { Cluster } from '#platform/postgres/startCluster.ts';
import { subgraphs, type SubgraphEntry } from '#schema/subgraphs.ts';
import { migrationsOf } from './definitions.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const busMigrations = join(root, 'platform/events/bus/migrations');

/**
 * The databases that belong to no domain: the bus in PostgreSQL, and the durable state of sagas, whose tables DBOS
 * migrates itself.
 */
export const busDatabase = 'bus';
export const sagaDatabase = 'sagas';

/** The database of the domain that keeps partners' endpoints: the relay of webhooks sends what it has. */
export const partnersDatabase = 'partners';

/** The inbox of webhooks, which belongs to the door and to no domain. */
export const webhooksDatabase = 'webhooks';
export const webhooksMigrations = join(root, 'webhooks/migrations');

export interface Databases {
  /** URL of a domain's database, as the domain's own role. */
  readonly domain: (name: string) => string;
  readonly bus: string;
  readonly sagas: string;
  readonly webhooks: string;
  /** How many migrations were just applied. */
  readonly applied: number;
}

/** Makes and migrates the databases of the system on one cluster: those of all domains, or of some. */
export async function openDatabases(
  cluster: Cluster,
  entries: readonly SubgraphEntry[] = subgraphs,
): Promise<Databases> {
  const applied = await allOrFirstFailure([
    ...entries.map(async ({ name, database }) => {
      const { url } = await ensureDatabase(cluster, { database, role: database });
      return migrateDomain(url, name);
    }),
    ensureDatabase(cluster, { database: busDatabase, role: busDatabase }).then(
      async ({ url }) => (await migrate(url, busMigrations)).length,
    ),
    ensureDatabase(cluster, { database: webhooksDatabase, role: webhooksDatabase }).then(
      async ({ url }) => (await migrate(url, webhooksMigrations)).length,
    ),
    ensureDatabase(cluster, { database: sagaDatabase, role: sagaDatabase }).then(() => 0),
  ]);
  const byName = new Map(entries.map(({ name, database }) => [name, cluster.url(database)]));
  return {
    domain: (name) => byName.get(name) ?? '',
    bus: cluster.url(busDatabase),
    sagas: cluster.url(sagaDatabase),
    webhooks: cluster.url(webhooksDatabase),
    applied: applied.reduce((sum, count) => sum + count, 0),
  };
}

/**
 * Like Promise.all, but waits for all promises before it rejects. So nothing still runs when the caller closes what the
 * work uses.
 */
export async function allOrFirstFailure<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** Applies the platform's migrations, then the domain's. Returns how many were applied. */
export async function migrateDomain(url: string, name: string): Promise<number> {
  const platform = await migratePlatform(url);
  const own = await migrate(url, migrationsOf(name));
  return platform.length + own.length;
}
