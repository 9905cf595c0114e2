import { setTimeout as delay } from 'node:timers/promises';
import { DBOS, DBOSWorkflowConflictError, Error as DbosError } from '@dbos-inc/dbos-sdk';
import { behalf, currentTrace, partyServed, runWithTrace, type Trace } from '#platform/telemetry/trace.ts';
import type { TimelineEntry } from '#platform/subgraph/timeline.ts';
import {
  endWith,
  isFresh,
  outsideOfDbos,
  ownerOf,
  putBackIntoQueue,
  runningExecutor,
  type SagaExecutor,
} from './dbosInternals.ts';
import type { SagaHost } from './sagaHost.ts';
import { sagaHistory } from './sagaHistory.ts';
import { SagaRecords } from './sagaRecords.ts';
import { SagaRefused, SagaRun, usualRetry, type RetryPattern } from './sagaRun.ts';
import type { Saga, SagaStep } from './saga.ts';

interface SagaParts<D extends SagaHost, Input, Message, Steps extends Record<string, SagaStep<D>>> {
  readonly name: string;
  /** Every step, with its undo beside it. A step calls another domain or changes the saga's own. */
  readonly steps: Steps;
  /**
   * The saga's course from beginning to end. After a crash it is run again from the start, with the results of the
   * completed steps: so whatever is not the same each time (calls, time, ids, reads) must be done in a step.
   */
  run(saga: Saga<D, keyof Steps & string, Message>, input: Input): Promise<void>;
  /** Called when a step or `run` refuses. The completed steps are undone after it, in reverse order. */
  refused(saga: Saga<D, keyof Steps & string, Message>, reason: string): Promise<void>;
  readonly retry?: Partial<RetryPattern>;
}

export interface DefinedSaga<D, Input, Message> {
  readonly name: string;
  /**
   * Registers the saga with the runtime, for the domain that it works in. Call it before `startSagas`. If it is called
   * again, the saga works in the domain registered last.
   */
  register(domain: D): void;
  /**
   * Starts a saga with this id. It is idempotent: a second start with the same id does nothing. Resolves when the start
   * is durable.
   * @throws SagasNotRunning
   */
  start(id: string, input: Input): Promise<void>;
  /**
   * Sends a message to a saga, and starts the saga first if there is none with this id. It is idempotent per event id.
   * Messages are durable, and are received in the order in which they were sent; a saga that has ended ignores them.
   * @throws SagasNotRunning
   */
  signal(id: string, input: Input, message: Message, eventId: string): Promise<void>;
  /**
   * The saga of this id with its steps and undos, as far as it has come; empty if there is none (any more).
   * @throws SagasNotRunning
   */
  history(id: string): Promise<TimelineEntry[]>;
}

/** The error code of DBOS for a message to a workflow that was never started. */
const noSuchWorkflow = 16;

interface Recorded<Input> {
  readonly input: Input;
  /** The trace of the request that started the saga. Every step runs, calls and logs under it. */
  readonly trace: Trace;
}

/** Declares a saga: a durable process that survives crashes. `Saga` documents the guarantees of its steps. */
export function defineSaga<D extends SagaHost, Input, Message, const Steps extends Record<string, SagaStep<D>>>(
  parts: SagaParts<D, Input, Message, Steps>,
): DefinedSaga<D, Input, Message> {
  const undos = new Set(Object.values(parts.steps).flatMap(({ undo }) => (undo ? [undo[0]] : [])));
  let registered: D | undefined;
  let workflow: ((recorded: Recorded<Input>) => Promise<string>) | undefined;

  async function start(id: string, input: Input): Promise<void> {
    if (!workflow || !DBOS.isInitialized()) throw new SagasNotRunning(parts.name);
    await DBOS.startWorkflow(workflow, { workflowID: id })({ input, trace: currentTrace() });
  }

  return {
    name: parts.name,
    register(domain) {
      registered = domain;
      workflow ??= DBOS.registerWorkflow(
        (recorded: Recorded<Input>) => execute(parts, registered!, recorded),
        // DBOS gives a workflow up after so many recoveries. A saga must never be given up because its process died.
        { name: parts.name, maxRecoveryAttempts: 1_000_000 },
      );
    },
    start,
    async signal(id, input, message, eventId) {
      if (!DBOS.isInitialized()) throw new SagasNotRunning(parts.name);
      try {
        await DBOS.send(id, message, undefined, eventId);
      } catch (error) {
        if (DbosError.getDBOSErrorCode(error as Error) !== noSuchWorkflow) throw error;
        await start(id, input);
        await DBOS.send(id, message, undefined, eventId);
      }
    },
    async history(id) {
      if (!DBOS.isInitialized()) throw new SagasNotRunning(parts.name);
      return sagaHistory({ saga: parts.name, undos, id });
    },
  };
}

async function execute<D extends SagaHost, Input, Message, Steps extends Record<string, SagaStep<D>>>(
  parts: SagaParts<D, Input, Message, Steps>,
  domain: D,
  { input, trace }: Recorded<Input>,
): Promise<string> {
  const id = DBOS.workflowID!;
  const executor = runningExecutor()!;
  const owner = ownerOf(id);
  const records = new SagaRecords({ database: executor.systemDatabase, sagaId: id, owner, fresh: isFresh(owner) });
  const actor = `service:${domain.name}`;
  const saga = new SagaRun<D, Message>({
    id,
    domain,
    steps: parts.steps,
    records,
    trace: { ...trace, actor, causationId: id, ...behalf(actor, partyServed(trace)) },
    retry: parts.retry,
  });
  return runWithTrace(trace, async () => {
    try {
      const outcome = await outsideOfDbos(() => runToEnd(parts, saga, input));
      endWith(owner, (output) => records.end(output));
      domain.log.info({ saga: id, outcome }, 'a saga ended');
      return outcome;
    } catch (error) {
      return beginAgain(records, domain, executor, error, parts.retry?.longestPauseMs ?? usualRetry.longestPauseMs);
    }
  });
}

/** Runs a saga to its end: either completes it, or, when it is refused, undoes what was done. */
async function runToEnd<D extends SagaHost, Input, Message, Steps extends Record<string, SagaStep<D>>>(
  parts: SagaParts<D, Input, Message, Steps>,
  saga: SagaRun<D, Message>,
  input: Input,
): Promise<string> {
  try {
    await parts.run(saga, input);
    return 'completed';
  } catch (error) {
    if (!(error instanceof SagaRefused)) throw error;
    await parts.refused(saga, error.reason);
    await saga.undoAll();
    return `undone: ${error.reason}`;
  }
}

/**
 * Never settles. A saga that is interrupted because its runtime stops waits for this: if it failed instead, DBOS would
 * record the failure as the saga's end. The next process goes on with it.
 */
const neverSettles = new Promise<never>(() => undefined);

/**
 * Handles an error of a saga that is neither a step's failure nor a refusal: DBOS could not use its database, or the
 * code does not match the recorded steps. To end the saga here would leave its work half done. So the error is logged,
 * and the saga is put back into the queue and goes on from its last step, forward or backward, again and again until
 * that works. DBOS does not get the error, which it would record with all its values.
 */
async function beginAgain(
  records: SagaRecords,
  domain: SagaHost,
  executor: SagaExecutor,
  error: unknown,
  pauseMs: number,
): Promise<never> {
  const id = records.sagaId;
  const movedOn = () => runningExecutor() !== executor || !DBOS.isInitialized();
  if (error instanceof DBOSWorkflowConflictError || error instanceof DbosError.DBOSWorkflowCancelledError) throw error;
  if (movedOn()) return neverSettles;
  domain.log.error(
    { saga: id, err: error },
    'a saga was interrupted by an error; it goes on from its last step after a pause',
  );
  for (;;) {
    await delay(pauseMs);
    if (movedOn()) return neverSettles;
    try {
      await records.write();
      await putBackIntoQueue(executor, id);
      // Tells DBOS that this run does not own the saga any more, so that it records nothing for it.
      throw new DBOSWorkflowConflictError(id);
    } catch (failure) {
      if (failure instanceof DBOSWorkflowConflictError) throw failure;
      domain.log.warn({ saga: id, err: failure }, 'a saga could not be put back into the queue; it is tried again');
    }
  }
}

/** The saga runtime does not run (any more). It counts as an infrastructure failure: try again. */
export class SagasNotRunning extends Error {
  readonly code = 'ECONNREFUSED';
  constructor(name: string) {
    super(`the durable runtime of the saga ${name} is not running`);
    this.name = 'SagasNotRunning';
  }
}
