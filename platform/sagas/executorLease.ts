import pg from 'pg';
import type { Logger } from 'pino';

/**
 * Who runs sagas, and whether it still does. DBOS gives a workflow back only to the executor id that ran it, so every process takes an id
 * of its own and is watched by the others. An executor counts as lost when its session at the database is gone (seen at
 * once: a killed process loses its advisory lock) or when it has not renewed its lease (a machine cut off from the network).
 */
export interface ExecutorLease {
  /** Stops renewing. What this executor still had running is taken over at once. */
  release(): Promise<void>;
}

const table = `
  CREATE SCHEMA IF NOT EXISTS saga_host;
  CREATE TABLE IF NOT EXISTS saga_host.executor (executor_id text PRIMARY KEY, leased_until timestamptz NOT NULL)`;
const lockOf = (parameter: string) => `hashtextextended('saga executor ' || ${parameter}, 0)`;

export interface LeaseOptions {
  readonly databaseUrl: string;
  readonly executorId: string;
  /** How long an executor that cannot be heard keeps its sagas. */
  readonly leaseSeconds: number;
  /** How often leases are renewed and the others' looked at. */
  readonly beatMs: number;
  readonly log: Logger;
  /** Takes over the sagas of a lost executor. Told again if it fails. */
  readonly recover: (executorId: string) => Promise<void>;
}

export async function holdLease(options: LeaseOptions): Promise<ExecutorLease> {
  const { executorId, log } = options;
  let client: pg.Client | undefined;
  let stopped = false;

  async function session(): Promise<pg.Client> {
    if (client) return client;
    const fresh = new pg.Client({ connectionString: options.databaseUrl, keepAlive: true, application_name: `saga executor ${executorId}` });
    fresh.on('error', (error) => {
      log.warn({ err: error }, 'the session that holds the saga lease broke; a new one is opened');
      if (client === fresh) client = undefined;
    });
    await fresh.connect();
    await fresh.query(`SELECT pg_advisory_lock(${lockOf('$1')})`, [executorId]);
    client = fresh;
    return fresh;
  }

  async function beat(): Promise<void> {
    const held = await session();
    await held.query(
      `INSERT INTO saga_host.executor (executor_id, leased_until) VALUES ($1, now() + make_interval(secs => $2))
       ON CONFLICT (executor_id) DO UPDATE SET leased_until = excluded.leased_until`,
      [executorId, options.leaseSeconds],
    );
    const { rows } = await held.query<{ executor_id: string }>('SELECT executor_id FROM saga_host.executor WHERE executor_id <> $1', [executorId]);
    for (const row of rows) await takeOver(held, row.executor_id);
  }

  async function takeOver(held: pg.Client, other: string): Promise<void> {
    await held.query('BEGIN');
    try {
      // Deleting its row is the claim: of several who notice, one wins, and the others wait for it here.
      const { rowCount } = await held.query(
        `DELETE FROM saga_host.executor WHERE executor_id = $1 AND (leased_until < now() OR pg_try_advisory_xact_lock(${lockOf('$1')}))`,
        [other],
      );
      if (rowCount) {
        await options.recover(other);
        log.info({ lost: other }, 'took over the sagas of an executor that was lost');
      }
      await held.query('COMMIT');
    } catch (error) {
      await held.query('ROLLBACK');
      throw error;
    }
  }

  await (await session()).query(table);
  await beat();
  let beating = Promise.resolve();
  const timer = setInterval(() => {
    beating = beating.then(beat).catch((error: unknown) => {
      if (!stopped) log.warn({ err: error }, 'the saga lease could not be renewed; it is tried again');
    });
  }, options.beatMs);
  timer.unref();

  return {
    async release() {
      stopped = true;
      clearInterval(timer);
      await beating;
      // The row stays: whoever looks next finds the lock free, and takes over what was left.
      await client?.end();
    },
  };
}
