import { randomUUID } from 'node:crypto';
import { DBOS, type DLogger } from '@dbos-inc/dbos-sdk';
import pg from 'pg';
import type { Logger } from 'pino';
import { PreparingClient } from '#platform/postgres/preparingClient.ts';
import { messageWithoutValues } from '#platform/telemetry/loggableError.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import { onDestroyed, takeOver } from './dbosInternals.ts';
import { holdLease } from './executorLease.ts';
import { reportSagas } from './reportSagas.ts';

/** What a saga needs of the domain that it works in. */
export interface SagaHost {
  readonly name: string;
  readonly log: Logger;
}

export interface SagaRuntimeOptions {
  /**
   * The database of the durable runtime, `sagas`, as a role that may make schemas in it. Its tables are made, and
   * migrated, at the start.
   */
  readonly databaseUrl: string;
  readonly log: Logger;
  readonly metrics?: Metrics;
  /**
   * An executor that cannot be heard for so long loses its sagas to another: 15 s unless told. One that was killed
   * loses them at once.
   */
  readonly leaseSeconds?: number;
  /** How often lost executors are looked for: 2 s unless told. */
  readonly beatMs?: number;
  /**
   * How long an ended saga is remembered: 30 days unless told. A message to one that is forgotten would start it again,
   * so this must be longer than any event may come late.
   */
  readonly keepDays?: number;
}

export interface SagaRuntime {
  readonly executorId: string;
  /** Lets go of everything. Sagas that are under way go on in another process, or after the next start. */
  stop(): Promise<void>;
}

/**
 * Sagas of another version are not recovered by this code. Keep it while a saga's steps keep their order and names (or
 * branch with `DBOS.patch`); change it only together with a process that still runs the old code until its sagas have
 * ended.
 */
const applicationVersion = 'sagas-1';

/** DBOS tells each step of its own life as "info"; of a step that failed, the saga itself has told already. */
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
 * Starts the durable runtime of this process, once every saga is registered. There is one per process. Sagas that a
 * process before it, or a lost one beside it, left unfinished go on here.
 */
export async function startSagas(options: SagaRuntimeOptions): Promise<SagaRuntime> {
  if (DBOS.isInitialized()) throw new Error('the sagas of this process run already');
  const executorId = randomUUID();
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
  });
  const lease = await orEnded(pool, () =>
    holdLease({
      databaseUrl: options.databaseUrl,
      executorId,
      applicationVersion,
      log,
      leaseSeconds: options.leaseSeconds ?? 15,
      beatMs: options.beatMs ?? 2_000,
      recover: takeOver,
    }),
  );
  try {
    await DBOS.launch();
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

/** Does something with a pool, and ends that when it fails: whoever asked for both has nothing to end. */
async function orEnded<T>(pool: pg.Pool, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await pool.end();
    throw error;
  }
}

/**
 * Takes the runtime down, and lets nothing be written from the moment on in which it is gone: a step that is just about
 * to begin then fails by that, and DBOS would remember the failure as what came of the step. The saga could never go
 * on.
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
      if (!stopped) log.warn({ err: error }, 'ended sagas could not be forgotten; it is tried again');
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
