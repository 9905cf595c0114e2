import { setTimeout as delay } from 'node:timers/promises';
import { reasonOf } from '#platform/telemetry/loggableError.ts';
import { runWithTrace, type Trace } from '#platform/telemetry/trace.ts';
import { failPoint } from '#platform/faults/failPoint.ts';
import { isRefused, type Saga, type SagaStep, type StepCall } from './saga.ts';
import type { SagaHost } from './sagaHost.ts';
import type { SagaRecords } from './sagaRecords.ts';

export interface RetryPattern {
  /** Tries of a step in a row, which make one durable round; the pause between them doubles from `firstPauseMs`. */
  readonly attempts: number;
  readonly firstPauseMs: number;
  /** Between rounds the saga sleeps durably; that pause doubles up to this. */
  readonly longestPauseMs: number;
}

export const usualRetry: RetryPattern = { attempts: 4, firstPauseMs: 100, longestPauseMs: 30_000 };

/** Turns a saga back: `run` must not catch it. */
export class SagaRefused extends Error {
  constructor(readonly reason: string) {
    super(reason);
    this.name = 'SagaRefused';
  }
}

/**
 * The outcome of a round of tries, as DBOS records it in its database: sagas under way read it again after a crash, so
 * its form must not change. The reason of a failure is for operators and holds no values of a domain's database.
 */
type Attempt<Result> = { readonly value: Result } | { readonly failed: string };

interface Undo<D> {
  readonly step: string;
  readonly name: string;
  readonly run: (call: StepCall<D>) => Promise<void>;
}

export class SagaRun<D extends SagaHost, Message> implements Saga<D, string, Message> {
  readonly id: string;
  readonly domain: D;
  readonly #steps: Readonly<Record<string, SagaStep<D>>>;
  readonly #records: SagaRecords;
  readonly #trace: Trace;
  readonly #retry: RetryPattern;
  #undo: Undo<D>[] = [];

  constructor(options: {
    id: string;
    domain: D;
    steps: Readonly<Record<string, SagaStep<D>>>;
    records: SagaRecords;
    trace: Trace;
    retry: Partial<RetryPattern> | undefined;
  }) {
    this.id = options.id;
    this.domain = options.domain;
    this.#steps = options.steps;
    this.#records = options.records;
    this.#trace = options.trace;
    this.#retry = { ...usualRetry, ...options.retry };
  }

  async do(name: string): Promise<string | undefined> {
    const step = this.#steps[name];
    if (!step) throw new Error(`the saga has no step ${name}`);
    const result = await this.note(name, step.run);
    if (isRefused(result)) throw new SagaRefused(result.refused);
    if (step.replaces) this.#undo = this.#undo.filter((each) => each.step !== step.replaces);
    if (step.undo) this.#undo.push({ step: name, name: step.undo[0], run: step.undo[1] });
    return result?.taken;
  }

  async note<Result>(name: string, work: (call: StepCall<D>) => Promise<Result>): Promise<Result> {
    for (let round = 0; ; round += 1) {
      const attempt = await this.#round(name, work);
      if ('value' in attempt) return attempt.value;
      await this.#records.sleep(this.#pauseAfter(round));
    }
  }

  #round<Result>(name: string, work: (call: StepCall<D>) => Promise<Result>): Promise<Attempt<Result>> {
    return this.#records.step(name, () => this.#attempt(name, work));
  }

  #pauseAfter(round: number): number {
    return Math.min(this.#retry.firstPauseMs * 2 ** (this.#retry.attempts + round), this.#retry.longestPauseMs);
  }

  refuse(reason: string): never {
    throw new SagaRefused(reason);
  }

  async deadline(seconds: number): Promise<number> {
    return (await this.#records.now()) + seconds * 1000;
  }

  receive(deadline: number): Promise<Message | null> {
    return this.#records.receive<Message>(deadline);
  }

  hasChange(name: string): Promise<boolean> {
    return this.#records.hasChange(name);
  }

  /**
   * Undoes the completed steps, the last one first. No undo waits for another to succeed: money is given back even if
   * stock cannot be put back. Undos that fail are logged and tried again together in the next round, until all have
   * succeeded.
   */
  async undoAll(): Promise<void> {
    let open = this.#undo.reverse();
    for (let round = 0; ; round += 1) {
      const failed: Undo<D>[] = [];
      for (const each of open) if ('failed' in (await this.#round(each.name, each.run))) failed.push(each);
      if (failed.length === 0) return;
      open = failed;
      this.domain.log.error(
        { saga: this.id, undo: failed.map(({ name }) => name), round },
        'a saga could not be undone completely yet; what is left is tried again',
      );
      await this.#records.sleep(this.#pauseAfter(round));
    }
  }

  #logStep(step: string, attempt: number, result: unknown): void {
    if (!this.domain.log.isLevelEnabled('info')) return;
    this.domain.log.info(
      { saga: this.id, step, attempt, ...(isRefused(result) && { refused: result.refused }) },
      'a step of a saga was done',
    );
  }

  /** Tries a few times in a row. A failure is returned as an outcome, because a thrown one would end the workflow. */
  #attempt<Result>(name: string, work: (call: StepCall<D>) => Promise<Result>): Promise<Attempt<Result>> {
    const call = { domain: this.domain, sagaId: this.id, run: this, key: `${this.id}:${name}` };
    return runWithTrace(this.#trace, async () => {
      failPoint(`saga.${name}.before`);
      for (let attempt = 1; ; attempt += 1) {
        try {
          const value = await work(call);
          failPoint(`saga.${name}.after`);
          this.#logStep(name, attempt, value);
          return { value };
        } catch (error) {
          const last = attempt >= this.#retry.attempts;
          this.domain.log[last ? 'error' : 'warn'](
            { saga: this.id, step: name, attempt, err: error },
            'a step of a saga failed; it is tried again',
          );
          if (last) return { failed: reasonOf(error) };
          await delay(this.#retry.firstPauseMs * 2 ** (attempt - 1));
        }
      }
    });
  }
}
