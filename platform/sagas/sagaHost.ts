import { randomUUID } from 'node:crypto';
import { DBOS, type DLogger } from '@dbos-inc/dbos-sdk';
import pg from 'pg';
import type { Logger } from 'pino';
import { PreparingClient } from '#platform/postgres/preparingClient.ts';
import { messageWithoutValues } from '#platform/telemetry/loggableError.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import { onDestroyed, recordLean, runningExecutor, takeOver } from './dbosInternals.ts';
import { holdLease } from './executorLease.ts';
import { reportSagas } from './reportSagas.ts';
import { makeSagaTables } from './sagaTables.ts';

/** The part of a domain that sagas need. */
export interface SagaHost {
  readonly name: string;
  readonly log: Logger;
}

export interface SagaRuntimeOptions {
  /**
   * URL of DBOS's own database, `sagas`, with a role that may make schemas. Its tables are made and migrated at the
   * start.
   */
  readonly databaseUrl: string;
  readonly log: Logger;
  readonly metrics?: Metrics;
  /**
   * The domain whose sagas run here, in a process that serves one domain alone. Domains share the database: without
   * this name, a process would take over sagas of another domain, of which it has not the code. Left out where one
   * process runs the sagas of all domains.
   */
  readonly only?: string;
  /**
   * After so long without a renewed lease, an executor loses its sagas to another; 15 s by default. One that was killed
   * loses them at once.
   */
  readonly leaseSeconds?: number;
  /** How often to look for lost executors, in ms; 2,000 by default. */
  readonly beatMs?: number;
  /**
   * How long an ended saga is remembered, in days; 30 by default. A message to a forgotten saga would start it again,
   * so this must be longer than any event can be delayed.
   */
  readonly keepDays?: number;
}

export interface SagaRuntime {
  readonly executorId: string;
  /**
   * Stops running sagas and closes all connections. Unfinished sagas go on in another process or after the next start.
   */
  stop(): Promise<void>;
}

/**
 * The version of the sagas' code; sagas that were started by another version are not recovered by this one. Keep it as
 * long as each saga's steps keep their order and names, or branch by `saga.hasChange`. If you change it, keep a process
 * with the old code running until its sagas have ended.
 */
const sagasVersion = 'sagas-1';

const versionOf = (only: string | undefined): string => (only === undefined ? sagasVersion : `${sagasVersion}/${only}`);

/**
 * DBOS logs much of its own life at `info`, and failed steps, which the saga has logged already: all that is lowered.
 */
const quiet = (log: Logger): DLogger => ({
  info: (entry) => log.debug(entry),
  debug: (entry) => log.trace(entry),
  warn: (entry) => log.debug(entry),
  error: (entry, metadata) =>
    log.error(
      { err: metadata?.error ?? metadata?.stack },
      metadata?.error instanceof Error ? messageWithoutValues(metadata.error) : String(entry),
    ),
});

/**
 * Starts the saga runtime of this process. Register every saga before; there can be only one runtime per process. It
 * also goes on with sagas that an earlier process, or one that was lost meanwhile, has left unfinished.
 */
export async function startSagas(options: SagaRuntimeOptions): Promise<SagaRuntime> {
  if (DBOS.isInitialized()) throw new Error('the sagas of this process run already');
  const executorId = randomUUID();
  const applicationVersion = versionOf(options.only);
  const log = options.log.child({ part: 'sagas' });
  const pool = new pg.Pool({
    Client: PreparingClient,
    connectionString: options.databaseUrl,
    max: 8,
    keepAlive: true,
    idle_in_transaction_session_timeout: 60_000,
  });
  pool.on('error', (error) => log.warn({ err: error }, 'an idle connection of the sagas broke'));
  DBOS.setConfig({
    name: 'sagas',
    systemDatabaseUrl: options.databaseUrl,
    systemDatabasePool: pool,
    systemDatabasePoolSize: 8,
    executorID: executorId,
    applicationVersion,
    logger: quiet(log),
    runMigrations: false,
  });
  const lease = await orEnded(pool, async () => {
    await makeSagaTables({ databaseUrl: options.databaseUrl, pool, log: quiet(log) });
    return holdLease({
      databaseUrl: options.databaseUrl,
      executorId,
      applicationVersion,
      log,
      leaseSeconds: options.leaseSeconds ?? 15,
      beatMs: options.beatMs ?? 2_000,
      recover: takeOver,
    });
  });
  try {
    await DBOS.launch();
    recordLean(runningExecutor()!);
    await lease.watch();
  } catch (error) {
    await DBOS.shutdown().catch(() => undefined);
    await lease.release();
    if (!pool.ending) await pool.end();
    throw error;
  }
  const endReports = reportSagas(options.metrics, pool);
  const forgetting = forgetEnded(log, (options.keepDays ?? 30) * 24 * hour);
  return {
    executorId,
    async stop() {
      endReports();
      await forgetting.stop();
      const { ended } = await shutDown(pool);
      await lease.release();
      await ended;
    },
  };
}

/** Does some work with a pool, and ends the pool if the work fails: the caller then has nothing to end. */
async function orEnded<T>(pool: pg.Pool, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await pool.end();
    throw error;
  }
}

/**
 * Shuts DBOS down, and blocks all writes from the moment on in which its executor is gone: a step that begins just then
 * fails because of the shutdown, and DBOS would record that failure as the step's result, so that the saga could never
 * go on.
 */
async function shutDown(pool: pg.Pool): Promise<{ ended: Promise<void> }> {
  let ended: Promise<void> | undefined;
  onDestroyed(() => {
    ended = pool.end();
  });
  await DBOS.shutdown();
  return { ended: ended ?? pool.end() };
}

const hour = 3_600_000;
const batch = 200;

/** Deletes sagas that ended long ago, now and every hour. */
function forgetEnded(log: Logger, keepMs: number): { stop(): Promise<void> } {
  let stopped = false;
  async function forget(): Promise<void> {
    for (;;) {
      const ended = await DBOS.listWorkflows({
        status: 'SUCCESS',
        completedBefore: new Date(Date.now() - keepMs).toISOString(),
        limit: batch,
        loadInput: false,
        loadOutput: false,
      });
      if (ended.length === 0 || stopped) return;
      await DBOS.deleteWorkflows(ended.map((workflow) => workflow.workflowID));
    }
  }
  const begin = () =>
    forget().catch((error: unknown) => {
      if (!stopped) log.warn({ err: error }, 'sagas that ended long ago could not be deleted; it is tried again');
    });
  let running = begin();
  const timer = setInterval(() => {
    running = running.then(begin);
  }, hour);
  timer.unref();
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
