import {
  bulkhead,
  BrokenCircuitError,
  BulkheadRejectedError,
  ExponentialBackoff,
  handleWhen,
  noop,
  retry,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
} from 'cockatiel';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import { Circuit } from './circuit.ts';
import type { Counterpart } from './counterpart.ts';

/** Why a counterpart gave no answer. */
export type Why = 'open' | 'full' | 'late' | 'failed';

/** A try got no answer: the connection failed, or what came says that the counterpart is in trouble. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';

  /** @param arrived false only if the request cannot have reached the counterpart */
  constructor(
    message: string,
    readonly arrived: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The counterpart gave no usable answer. */
export class CounterpartUnavailable extends Error {
  override readonly name = 'CounterpartUnavailable';

  constructor(
    message: string,
    readonly why: Why,
    /** Whether the request may have been carried out. */
    readonly perhapsDone: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Whatever calls a counterpart does it through this: the policy that is declared for the counterpart holds for all. */
export interface Outward {
  /**
   * Runs `work` under the policy: within its time-out, when there is room, and not while the circuit is open. What
   * `work` throws is passed on, but for `NoAnswer`, which counts against the counterpart.
   * @param idempotent whether a second try does no harm; without it there is one try
   * @throws CounterpartUnavailable when there was no answer
   */
  call<T>(work: (signal: AbortSignal) => Promise<T>, options: { readonly idempotent: boolean }): Promise<T>;
}

const isMissed = (error: unknown): boolean => error instanceof NoAnswer || error instanceof TaskCancelledError;

/** @param source names it among the sources of the metrics: unique within the process */
export function createOutward(counterpart: Counterpart, metrics?: Metrics, source = counterpart.name): Outward {
  const { name, tries, atOnce, waiting } = counterpart;
  const room = bulkhead(atOnce, waiting);
  const within = timeout(counterpart.timeoutMs, TimeoutStrategy.Aggressive);
  const withinTry = timeout(counterpart.tryMs, TimeoutStrategy.Aggressive);
  const circuit = new Circuit(counterpart, isMissed);
  // The library's pauses are jittered, so that those who failed together do not come back together.
  const again = retry(handleWhen(isMissed), {
    maxAttempts: tries - 1,
    backoff: new ExponentialBackoff({ initialDelay: counterpart.firstPauseMs, maxDelay: counterpart.tryMs }),
  });
  again.onRetry(() => metrics?.count('outwardRetries', { counterpart: name }));
  metrics?.begin('outwardCalls', { counterpart: name });
  metrics?.begin('outwardRetries', { counterpart: name });
  metrics?.onScrape(`outward.${source}`, (report) => {
    for (const state of ['closed', 'trying', 'open'] as const)
      report('outwardCircuit', { counterpart: name, state }, circuit.position === state ? 1 : 0);
    report('outwardInside', { counterpart: name, state: 'running' }, atOnce - room.executionSlots);
    report('outwardInside', { counterpart: name, state: 'waiting' }, waiting - room.queueSlots);
  });

  return {
    async call(work, { idempotent }) {
      const beganAt = performance.now();
      let arrived = false;
      const once = async (signal: AbortSignal) => {
        // A pause between two tries does not end early when the time is over.
        if (signal.aborted) throw new TaskCancelledError();
        return circuit.run(() =>
          withinTry.execute(async ({ signal: own }) => {
            try {
              return await work(own);
            } catch (error) {
              arrived ||= !(error instanceof NoAnswer) || error.arrived;
              throw error;
            }
          }, signal),
        );
      };
      const policy = idempotent ? again : noop;
      let outcome: Why | 'answered' = 'answered';
      try {
        return await room.execute(() =>
          within.execute(({ signal }) => policy.execute((context) => once(context.signal ?? signal), signal)),
        );
      } catch (error) {
        const why = whyOf(error);
        if (why === undefined) throw error;
        outcome = why;
        const perhapsDone = arrived || why === 'late';
        throw new CounterpartUnavailable(messageOf(counterpart, why), why, perhapsDone, { cause: error });
      } finally {
        metrics?.count('outwardCalls', { counterpart: name, outcome });
        metrics?.observe('outwardDuration', { counterpart: name }, (performance.now() - beganAt) / 1_000);
      }
    },
  };
}

function whyOf(error: unknown): Why | undefined {
  if (error instanceof BrokenCircuitError) return 'open';
  if (error instanceof BulkheadRejectedError) return 'full';
  if (error instanceof TaskCancelledError) return 'late';
  return error instanceof NoAnswer ? 'failed' : undefined;
}

function messageOf({ name, openMs, timeoutMs, atOnce, waiting }: Counterpart, why: Why): string {
  switch (why) {
    case 'open':
      return `The ${name} has not answered lately, so nothing is sent to it for up to ${openMs / 1_000} s: try later.`;
    case 'full':
      return `${atOnce} calls to the ${name} are under way and ${waiting} wait: try later.`;
    case 'late':
      return `The ${name} gave no answer within ${timeoutMs / 1_000} s.`;
    case 'failed':
      return `The ${name} gave no answer.`;
  }
}
