import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { PreparingClient } from '#platform/postgres/preparingClient.ts';

/**
 * Who runs sagas, and whether it still does. DBOS gives a workflow back only to the executor id that ran it, so every
 * process takes an id of its own and is watched by the others. An executor counts as lost when its session at the
 * database is gone (seen at once: a killed process loses its advisory lock) or when it has not renewed its lease (a
 * machine cut off from the network).
 */
export interface ExecutorLease {
  /** Looks after the others from now on, and renews the lease. Resolves when it has looked once. */
  watch(): Promise<void>;
  /** Stops renewing. What this executor still had running is taken over at once. */
  release(): Promise<void>;
}

const table = `
  CREATE SCHEMA IF NOT EXISTS saga_host;
  CREATE TABLE IF NOT EXISTS saga_host.executor (executor_id text PRIMARY KEY, leased_until timestamptz NOT NULL)`;
const goodbyeMs = 2_000;
const lockOf = (parameter: string) => `hashtextextended('saga executor ' || ${parameter}, 0)`;

export interface LeaseOptions {
  readonly databaseUrl: string;
  readonly executorId: string;
  /** Of the code: sagas of another one are not ours to take over. */
  readonly applicationVersion: string;
  /** How long an executor that cannot be heard keeps its sagas. */
  readonly leaseSeconds: number;
  /** How often leases are renewed and the others' looked at. */
  readonly beatMs: number;
  readonly log: Logger;
  /** Takes over the sagas of a lost executor. Told again if it fails. */
  readonly recover: (executorId: string) => Promise<void>;
}

/** Held when it resolves, before anything runs under this id: an executor that dies while it starts is missed, too. */
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
    // Where we vanish without a word, the server is to notice soon: the others see by it that we are gone.
    await ask(fresh, 'SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3');
    return fresh;
  }

  /** What gets no answer in time may never get one: that session is not waited for, or lived by, any more. */
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
    // An earlier session of ours that the server takes for alive may still have it.
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
    // Whoever has sagas is looked after: also one that was given up for lost, went on, and died before it could say so.
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
      // Deleting its row is the claim: of several who notice, one wins, and the others wait for it here.
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
    await ask(await session(), table);
    await renew();
  } catch (error) {
    void client?.end().catch(() => undefined);
    throw error;
  }
  let beating: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** One at a time: while one waits for an answer, others would only pile up behind it. */
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
      // The row stays: whoever looks next finds the lock free, and takes over what was left. A server that is gone says
      // no farewell.
      await Promise.race([client?.end(), delay(goodbyeMs, undefined, { ref: false })]);
    },
  };
}
