import type { DLogger } from '@dbos-inc/dbos-sdk';
import { DBOSExecutor } from '@dbos-inc/dbos-sdk/internal/dbos-executor';
import { ensureSystemDatabase } from '@dbos-inc/dbos-sdk/internal/system_database';
import type pg from 'pg';

/**
 * The version of `@dbos-inc/dbos-sdk` that these functions were written for, by reading its source. A test fails when
 * another version is installed.
 */
export const readOfDbos = '5.3.0';

/** The part of DBOS that runs the sagas of this process. It exists between `DBOS.launch` and `DBOS.shutdown`. */
export type SagaExecutor = Pick<DBOSExecutor, 'destroy' | 'recoverPendingWorkflows' | 'systemDatabase'>;

/**
 * The executor of this process; undefined while none runs. This is the only file that uses undocumented parts of DBOS,
 * for four things that it does not offer otherwise: to migrate its tables before it is launched, on our pool and with
 * our log, to take over the sagas of a lost process, to put a saga back into its queue, and to learn when the executor
 * is destroyed.
 */
export const runningExecutor = (): SagaExecutor | undefined => DBOSExecutor.globalInstance;

/** Makes and migrates the tables of DBOS. Two processes must not do so at once: see `makeSagaTables`. */
export const migrateDbos = (databaseUrl: string, pool: pg.Pool, log: DLogger): Promise<void> =>
  ensureSystemDatabase(databaseUrl, log as unknown as Parameters<typeof ensureSystemDatabase>[1], pool);

/** Goes on with the unfinished sagas of another executor. Does nothing while no executor runs in this process. */
export async function takeOver(lostExecutorId: string): Promise<void> {
  await runningExecutor()?.recoverPendingWorkflows([lostExecutorId]);
}

/** Puts a saga back into the queue: it goes on from its last step, in whichever process takes it. */
export const putBackIntoQueue = (executor: SagaExecutor, sagaId: string): Promise<unknown> =>
  executor.systemDatabase.resumeWorkflows([sagaId]);

/** Calls `call` when the running executor is destroyed. Nothing may be written for it from then on. */
export function onDestroyed(call: () => void): void {
  const executor = runningExecutor()!;
  const destroy = executor.destroy.bind(executor);
  executor.destroy = async () => {
    await destroy();
    call();
  };
}
