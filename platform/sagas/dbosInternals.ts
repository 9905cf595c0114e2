import type { DLogger } from '@dbos-inc/dbos-sdk';
import { currentOwnerXid, runWithTopContext } from '@dbos-inc/dbos-sdk/internal/context';
import { DBOSExecutor } from '@dbos-inc/dbos-sdk/internal/dbos-executor';
import { serializeFunctionInputOutput } from '@dbos-inc/dbos-sdk/internal/serialization';
import { ensureSystemDatabase, withDbRetry, type SystemDatabase } from '@dbos-inc/dbos-sdk/internal/system_database';
import type pg from 'pg';

/**
 * The version of `@dbos-inc/dbos-sdk` that these functions were written for, by reading its source. A test fails when
 * another version is installed.
 */
export const readOfDbos = '5.3.0';

/** The part of DBOS that runs the sagas of this process. It exists between `DBOS.launch` and `DBOS.shutdown`. */
export type SagaExecutor = Pick<DBOSExecutor, 'destroy' | 'recoverPendingWorkflows' | 'systemDatabase'>;

/** The database of DBOS: its tables, and who is told of messages. */
export type SagaDatabase = SystemDatabase;

/**
 * The executor of this process; undefined while none runs. This file and `SagaRecords`, which knows the tables, are the
 * only ones that use undocumented parts of DBOS, for things that it does not offer otherwise: to migrate its tables
 * before it is launched, on our pool and with our log, to take over the sagas of a lost process, to put a saga back
 * into its queue, to learn when the executor is destroyed, and to record what a saga does in fewer statements.
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

/** The owner's token of the run of a saga that goes on here. Whoever takes the saga over has another one. */
export const ownerOf = (sagaId: string): string => currentOwnerXid(sagaId)!;

/** Does some work in which DBOS sees no saga: what it sends and starts is not an operation of one. */
export const outsideOfDbos = <Result>(work: () => Promise<Result>): Promise<Result> => runWithTopContext({}, work);

/** Tries again while the database cannot be reached, with growing pauses. */
export const retried = <Result>(operation: () => Promise<Result>): Promise<Result> => withDbRetry(operation);

/** A value as it is stored: it stays readable when the way of writing changes. */
export interface Stored {
  readonly output: string | null;
  /** Set if the operation threw; ours never do, but earlier ones may have. */
  readonly error?: string | null;
  readonly serialization: string | null;
}

/** @returns the value as a later run will read it, too, and its stored form */
export async function serialised<Value>(
  { serializer }: SagaDatabase,
  name: string,
  value: Value,
): Promise<{ readonly value: Value; readonly stored: Stored }> {
  const { deserialized, stringified, sername } = await serializeFunctionInputOutput(value, [name], serializer);
  return { value: deserialized, stored: { output: stringified, serialization: sername } };
}

export const revived = <Value>({ serializer }: SagaDatabase, { output, error, serialization }: Stored) =>
  DBOSExecutor.reviveResultOrError<Value>(
    { output, error, serialization } as Parameters<typeof DBOSExecutor.reviveResultOrError>[0],
    serializer,
  );

/** The owner's tokens of runs that were started here, not taken over: nothing is recorded of them when they begin. */
const begun = new Set<string>();
const ends = new Map<string, (output: string | null) => Promise<boolean>>();

/** Whether the saga of this run was started for it. It tells so once. */
export const isFresh = (owner: string): boolean => begun.delete(owner);

/** Lets `end` record that this run has come to its end, instead of DBOS. */
export const endWith = (owner: string, end: (output: string | null) => Promise<boolean>): void =>
  void ends.set(owner, end);

/** Makes DBOS tell which sagas it begins anew, and end them as `endWith` says. */
export function recordLean(executor: SagaExecutor): void {
  const database = executor.systemDatabase;
  const begin = database.initWorkflowStatus.bind(database);
  database.initWorkflowStatus = async (status, creatorXid, client, reusePolicy) => {
    const result = await begin(status, creatorXid, client, reusePolicy);
    if (result.shouldExecuteOnThisExecutor && creatorXid !== null) begun.add(creatorXid);
    return result;
  };
  const record = database.recordWorkflowOutput.bind(database);
  database.recordWorkflowOutput = (sagaId, status, ownerXid) => {
    const end = ownerXid === undefined ? undefined : ends.get(ownerXid);
    if (!end) return record(sagaId, status, ownerXid);
    ends.delete(ownerXid!);
    return end(status.output);
  };
}
