import { setTimeout as delay } from 'node:timers/promises';
import type { DLogger } from '@dbos-inc/dbos-sdk';
import type pg from 'pg';
import { StartupError } from '#platform/config/startupError.ts';
import { firstConnection } from '#platform/postgres/firstConnection.ts';
import { migrateDbos } from './dbosInternals.ts';

const lock = `hashtextextended('saga tables', 0)`;
const leases = `
  CREATE SCHEMA IF NOT EXISTS saga_host;
  CREATE TABLE IF NOT EXISTS saga_host.executor (executor_id text PRIMARY KEY, leased_until timestamptz NOT NULL)`;

export interface SagaTablesOptions {
  readonly databaseUrl: string;
  /** The pool that DBOS migrates its own tables with. */
  readonly pool: pg.Pool;
  readonly log: DLogger;
  /** How long to wait for another process that is migrating, in ms; 5 minutes by default. */
  readonly withinMs?: number;
}

/**
 * Makes and migrates the tables of sagas: those of DBOS, and the leases of executors. The processes of all domains
 * share this database and start together, and DBOS's migrations are not safe for two at once: one that is behind sets
 * the recorded version back, and its next statement then changes a function that the other has dropped, at this start
 * and at every later one. So the processes take turns.
 * @throws StartupError when another process has not ended its migration in time
 * @throws NotAvailableAtStart when there is no connection
 */
export async function makeSagaTables({ databaseUrl, pool, log, withinMs = 300_000 }: SagaTablesOptions): Promise<void> {
  const client = await firstConnection(databaseUrl);
  try {
    await waitForTurn(client, withinMs);
    await client.query(leases);
    await migrateDbos(databaseUrl, pool, log);
  } finally {
    // The lock ends with its session.
    await client.end();
  }
}

/**
 * Takes the lock by asking again and again, not by `pg_advisory_lock`: a statement that waits holds a snapshot, which
 * `CREATE INDEX CONCURRENTLY` in the process that has the lock would wait for in turn.
 */
async function waitForTurn(client: pg.Client, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  for (;;) {
    const { rows } = await client.query<{ mine: boolean }>(`SELECT pg_try_advisory_lock(${lock}) AS mine`);
    if (rows[0]!.mine) return;
    if (performance.now() > end)
      throw new StartupError(
        `Another process has been migrating the tables of the sagas for ${Math.round(withinMs / 1_000)} s: see in pg_stat_activity of the database "${client.database}" what it waits for, end it, and start this one again.`,
      );
    await delay(100);
  }
}
