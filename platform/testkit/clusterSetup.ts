import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDatabase } from '#platform/postgres/ensureDatabase.ts';
import { startCluster } from '#platform/postgres/startCluster.ts';
import { prefixOfRuns } from './folderSetup.ts';

/** What the test processes must know of the run's cluster; handed to them in the environment. */
export interface TestCluster {
  readonly adminUrl: string;
  /** A role that owns every test database, as its own role owns each real one. */
  readonly role: string;
  readonly password: string;
}

/**
 * Vitest's global set-up: one PostgreSQL cluster for the whole run, in a temporary folder, without fsync; gone
 * afterwards, however the run ends.
 */
export default async function clusterSetup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env['TEST_CLUSTER']) return undefined;
  const folder = mkdtempSync(join(tmpdir(), prefixOfRuns));
  const cluster = await startCluster({
    dataDir: folder,
    durable: false,
    maxConnections: 500,
    // Counts statements; see `countStatements`. The more databases there are, the more it has to remember.
    settings: { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.max': 50_000 },
    log: console.error,
  }).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const abandon = (): void => {
    // Reached without `teardown` only when the run was cut short: nobody needs these data.
    process.kill(cluster.pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  };
  process.once('exit', abandon);
  const role = 'test';
  await ensureDatabase(cluster, { database: role, role });
  const handed: TestCluster = { adminUrl: cluster.adminUrl, role, password: cluster.passwordOf(role) };
  process.env['TEST_CLUSTER'] = JSON.stringify(handed);
  return async () => {
    process.off('exit', abandon);
    delete process.env['TEST_CLUSTER'];
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  };
}
