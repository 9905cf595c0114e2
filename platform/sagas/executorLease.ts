import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { PreparingClient } from '#platform/postgres/preparingClient.ts';

/**
 * The lease of an executor, that is, of a process that runs sagas. DBOS recovers a workflow only for the executor id
 * that ran it, so every process has an id of its own, and the processes watch each other. An executor counts as lost
 * when its database session is gone (noticed at once, since its advisory lock is free then) or when it has not renewed
 * its lease in time (its machine is cut off from the network).
 */
export interface ExecutorLease {
  /** Begins to renew the lease and to watch the other executors. Resolves after the first look. */
  watch(): Promise<void>;
  /** Gives up the lease. Another executor takes over at once what this one still had running. */
  release(): Promise<void>;
}

const goodbyeMs = 2_000;
const lockOf = (parameter: string) => `hashtextextended('saga executor ' || ${parameter}, 0)`;

export interface LeaseOptions {
  readonly databaseUrl: string;
  readonly executorId: string;
  /** Version of the code: only sagas of the same version are taken over. */
  readonly applicationVersion: string;
  /** How long an executor that does not renew its lease keeps its sagas. */
  readonly leaseSeconds: number;
  /** How often the lease is renewed and the others' leases are checked, in ms. */
  readonly beatMs: number;
  readonly log: Logger;
  /** Takes over the sagas of a lost executor. If it rejects, it is called again later. */
  readonly recover: (executorId: string) => Promise<void>;
}

/**
 * Takes the lease of this process, in the table that `makeSagaTables` has made; it is held when this resolves. Do so
 * before any saga runs under the executor id, so that the others also notice an executor that dies while it starts.
 */
export async function holdLease(options: LeaseOptions): Promise<ExecutorLease> {
  const { executorId, applicationVersion, leaseSeconds, log } = options;
  let client: pg.Client | undefined;
  let locked = false;
  let stopped = false;

  async function session(): Promise<pg.Client> {
    if (client) return client;
    const fresh = new PreparingClient({
      connectionString: options.databaseUrl,
      keepAlive: true,
      application_name: `saga executor ${executorId}`,
      connectionTimeoutMillis: leaseSeconds * 1_000,
      query_timeout: leaseSeconds * 1_000,
    });
    fresh.on('error', (error) => {
      log.warn({ err: error }, 'the session that holds the saga lease broke; a new one is opened');
      if (client === fresh) client = undefined;
    });
    await fresh.connect();
    client = fresh;
    locked = false;
    // The server has to notice soon if this machine vanishes: it then frees the lock, by which the others see it.
    await ask(fresh, 'SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3');
    return fresh;
  }

  /** Runs a query. If it gets no answer in time, the session is dropped, and the next beat opens a new one. */
  async function ask<Row extends pg.QueryResultRow>(
    held: pg.Client,
    sql: string,
    params: readonly unknown[] = [],
  ): Promise<pg.QueryResult<Row>> {
    try {
      return params.length ? await held.query<Row>(sql, [...params]) : await held.query<Row>(sql);
    } catch (error) {
      if ((error as Error).message === 'Query read timeout') {
        if (client === held) client = undefined;
        void held.end().catch(() => undefined);
      }
      throw error;
    }
  }

  async function renew(): Promise<pg.Client> {
    const held = await session();
    // The lock may still be held by an earlier session of this process that the server believes to be alive.
    if (!locked)
      locked = (
        await ask<{ locked: boolean }>(held, `SELECT pg_try_advisory_lock(${lockOf('$1')}) AS locked`, [executorId])
      ).rows[0]!.locked;
    await ask(
      held,
      `INSERT INTO saga_host.executor (executor_id, leased_until) VALUES ($1, now() + make_interval(secs => $2))
       ON CONFLICT (executor_id) DO UPDATE SET leased_until = excluded.leased_until`,
      [executorId, leaseSeconds],
    );
    return held;
  }

  async function beat(): Promise<void> {
    const held = await renew();
    // Every executor that has sagas gets a row and so is watched, also one that was taken for lost, went on, and died
    // before it could renew its lease.
    await ask(
      held,
      `INSERT INTO saga_host.executor (executor_id, leased_until)
       SELECT DISTINCT executor_id, now() + make_interval(secs => $2) FROM dbos.workflow_status
       WHERE status = 'PENDING' AND application_version = $1 AND executor_id IS NOT NULL ON CONFLICT DO NOTHING`,
      [applicationVersion, leaseSeconds],
    );
    const { rows } = await ask<{ executor_id: string }>(
      held,
      'SELECT executor_id FROM saga_host.executor WHERE executor_id <> $1',
      [executorId],
    );
    for (const row of rows) await takeOver(held, row.executor_id);
  }

  async function takeOver(held: pg.Client, other: string): Promise<void> {
    await ask(held, 'BEGIN');
    try {
      // Whoever deletes the lost executor's row takes over its sagas. Several may notice at once: one of them deletes
      // the row, and the others wait for it here.
      const { rowCount } = await ask(
        held,
        `DELETE FROM saga_host.executor WHERE executor_id = $1 AND (leased_until < now() OR pg_try_advisory_xact_lock(${lockOf('$1')}))`,
        [other],
      );
      if (rowCount) {
        await options.recover(other);
        log.info({ lost: other }, 'took over the sagas of an executor that was lost');
      }
      await ask(held, 'COMMIT');
    } catch (error) {
      await ask(held, 'ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  try {
    await renew();
  } catch (error) {
    void client?.end().catch(() => undefined);
    throw error;
  }
  let beating: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** Beats, unless a beat is under way: while the database does not answer, beats would only pile up. */
  const beatOn = () => {
    beating ??= beat()
      .catch((error: unknown) => {
        if (!stopped) log.warn({ err: error }, 'the saga lease could not be renewed; it is tried again');
      })
      .finally(() => {
        beating = undefined;
      });
  };

  return {
    async watch() {
      await beat();
      timer = setInterval(beatOn, options.beatMs);
      timer.unref();
    },
    async release() {
      stopped = true;
      clearInterval(timer);
      await beating;
      // The row stays: the executor that looks next finds the lock free and takes over what is left. If the server is
      // gone, `end` may never resolve, so this waits for a while only.
      await Promise.race([client?.end(), delay(goodbyeMs, undefined, { ref: false })]);
    },
  };
}
