import { DBOSExecutor } from '@dbos-inc/dbos-sdk/internal/dbos-executor';

/**
 * The version of `@dbos-inc/dbos-sdk` whose source these functions were written by. A test fails when another one is
 * installed.
 */
export const readOfDbos = '5.3.0';

/** What runs the sagas of this process, between `DBOS.launch` and `DBOS.shutdown`. */
export type SagaExecutor = Pick<DBOSExecutor, 'destroy' | 'recoverPendingWorkflows' | 'systemDatabase'>;

/**
 * The one file that reaches past what DBOS documents, for three things that it does not offer: to take over the sagas
 * of a process that was lost, to put a saga back into its queue, and to know when its executor has gone.
 */
export const runningExecutor = (): SagaExecutor | undefined => DBOSExecutor.globalInstance;

/** Goes on with the unfinished sagas of another executor. It does nothing while none runs here. */
export async function takeOver(lostExecutorId: string): Promise<void> {
  await runningExecutor()?.recoverPendingWorkflows([lostExecutorId]);
}

/** A saga goes on from its last step, in whichever process takes it from the queue. */
export const putBackIntoQueue = (executor: SagaExecutor, sagaId: string): Promise<unknown> =>
  executor.systemDatabase.resumeWorkflows([sagaId]);

/** Calls when the executor that runs now is destroyed: from then on nothing may be written for it. */
export function onDestroyed(call: () => void): void {
  const executor = runningExecutor()!;
  const destroy = executor.destroy.bind(executor);
  executor.destroy = async () => {
    await destroy();
    call();
  };
}
