import { setTimeout as delay } from 'node:timers/promises';
import { DBOS, DBOSWorkflowConflictError, Error as DbosError } from '@dbos-inc/dbos-sdk';
import { currentTrace, runWithTrace, type Trace } from '#platform/telemetry/trace.ts';
import { putBackIntoQueue, runningExecutor, type SagaExecutor } from './dbosInternals.ts';
import type { SagaHost } from './sagaHost.ts';
import { SagaRefused, SagaRun, usualRetry, type RetryPattern } from './sagaRun.ts';
import type { Saga, SagaStep } from './saga.ts';

interface SagaParts<D extends SagaHost, Input, Message, Steps extends Record<string, SagaStep<D>>> {
  readonly name: string;
  /** Every step that another domain or the own one takes, beside its undo. */
  readonly steps: Steps;
  /**
   * The way from beginning to end. It may be run again from the start after a kill: what stands in steps is not
   * repeated, so everything that is not the same each time (calls, time, ids, reads) belongs into one.
   */
  run(saga: Saga<D, keyof Steps & string, Message>, input: Input): Promise<void>;
  /** What is done first when a step or `run` refused; the undo of the completed steps follows, in reverse order. */
  refused(saga: Saga<D, keyof Steps & string, Message>, reason: string): Promise<void>;
  readonly retry?: Partial<RetryPattern>;
}

export interface DefinedSaga<D, Input, Message> {
  readonly name: string;
  /**
   * Makes the saga known to the durable runtime with the domain it works in. Before `startSagas`; the last domain
   * registered is the one.
   */
  register(domain: D): void;
  /**
   * Starts the saga with this id, once: a second start with the same id does nothing. Returns when the start is
   * durable.
   */
  start(id: string, input: Input): Promise<void>;
  /**
   * Sends a message to the saga, starting it first if need be. Once per event: the same event id again does nothing.
   * Messages are received in the order in which they were sent, also by a saga that is down at the moment; one that has
   * ended ignores them.
   */
  signal(id: string, input: Input, message: Message, eventId: string): Promise<void>;
}

/** DBOS's code for a message to a workflow that was never started. */
const noSuchWorkflow = 16;

interface Recorded<Input> {
  readonly input: Input;
  /** Of the request that began it: every step works, calls and logs under it. */
  readonly trace: Trace;
}

/** Declares a durable process. See `Saga` for what a step promises. */
export function defineSaga<D extends SagaHost, Input, Message, const Steps extends Record<string, SagaStep<D>>>(
  parts: SagaParts<D, Input, Message, Steps>,
): DefinedSaga<D, Input, Message> {
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
        // A kill is no failure of the saga: it must not be given up however often its process dies.
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
  };
}

async function execute<D extends SagaHost, Input, Message, Steps extends Record<string, SagaStep<D>>>(
  parts: SagaParts<D, Input, Message, Steps>,
  domain: D,
  { input, trace }: Recorded<Input>,
): Promise<string> {
  const id = DBOS.workflowID!;
  const executor = runningExecutor();
  const saga = new SagaRun<D, Message>({
    id,
    domain,
    steps: parts.steps,
    trace: { ...trace, actor: `service:${domain.name}`, causationId: id },
    retry: parts.retry,
  });
  return runWithTrace(trace, async () => {
    try {
      const outcome = await toItsEnd(parts, saga, input);
      domain.log.info({ saga: id, outcome }, 'a saga ended');
      return outcome;
    } catch (error) {
      return beginAgain(id, domain, executor, error, parts.retry?.longestPauseMs ?? usualRetry.longestPauseMs);
    }
  });
}

/** All the way, or as far as it is refused and back. */
async function toItsEnd<D extends SagaHost, Input, Message, Steps extends Record<string, SagaStep<D>>>(
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

/** Never settles: a runtime that stops makes its sagas fail, and would still write that down as their end. */
const leftToTheNext = new Promise<never>(() => undefined);

/**
 * What is neither a step's failure nor a refusal: the runtime's own database failed in a way it does not bear, or the
 * code does not fit what was recorded. To end the saga there would leave the order half done. So it is put back into
 * the queue and goes on from its last step, forward or back, again and again until that works; the log says so each
 * time. The runtime never hears of the error, which it would keep whole.
 */
async function beginAgain(
  id: string,
  domain: SagaHost,
  executor: SagaExecutor | undefined,
  error: unknown,
  pauseMs: number,
): Promise<never> {
  const movedOn = () => executor === undefined || runningExecutor() !== executor || !DBOS.isInitialized();
  if (error instanceof DBOSWorkflowConflictError || error instanceof DbosError.DBOSWorkflowCancelledError) throw error;
  if (movedOn()) return leftToTheNext;
  domain.log.error({ saga: id, err: error }, 'a saga broke off; it goes on from its last step after a pause');
  for (;;) {
    await delay(pauseMs);
    if (movedOn()) return leftToTheNext;
    try {
      await putBackIntoQueue(executor!, id);
      // This run owns the saga no more: that is what the runtime understands by a conflict.
      throw new DBOSWorkflowConflictError(id);
    } catch (failure) {
      if (failure instanceof DBOSWorkflowConflictError) throw failure;
      domain.log.warn({ saga: id, err: failure }, 'a saga could not be put back into the queue; it is tried again');
    }
  }
}

/** The durable runtime is not up (any more): an infrastructure failure, to be tried again. */
export class SagasNotRunning extends Error {
  readonly code = 'ECONNREFUSED';
  constructor(name: string) {
    super(`the durable runtime of the saga ${name} is not running`);
    this.name = 'SagasNotRunning';
  }
}
