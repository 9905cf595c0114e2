/**
 * What a step returns when a business rule refuses it: the saga then undoes its completed steps. An error that a step
 * throws counts as a temporary failure instead, and the step is tried again.
 */
export interface Refused {
  /** A code that says why. */
  readonly refused: string;
}

/** What a step returns when it was completed, and the course of the saga depends on how. */
export interface Taken {
  readonly taken: string;
}

export const isRefused = (result: unknown): result is Refused =>
  typeof result === 'object' && result !== null && 'refused' in result;

export interface StepCall<D> {
  readonly domain: D;
  readonly sagaId: string;
  /**
   * The same object for all steps that this process does for the saga: under it, in a WeakMap, a step may keep what it
   * has read and what never changes, for the next ones.
   */
  readonly run: object;
  /** Idempotency key, `<saga id>:<step>`: the same on every try. Pass it along with each call that must happen once. */
  readonly key: string;
}

export interface SagaStep<D> {
  /** Does the step. It is called at least once, each time with the same key. */
  readonly run: (call: StepCall<D>) => Promise<Refused | Taken | void>;
  /**
   * Undoes (compensates) the completed step; the undo has a name of its own. It is called at least once, with a key of
   * its own, and cannot refuse.
   */
  readonly undo?: readonly [name: string, run: (call: StepCall<D>) => Promise<void>];
  /**
   * An earlier step whose undo no longer applies once this step is completed. This step's undo, if it has one, replaces
   * it.
   */
  readonly replaces?: string;
}

/**
 * A running saga. Completed steps are durable: after a crash the saga goes on where it was, in this process or another.
 * A step that throws is tried again for ever, with growing pauses; only a refusal turns the saga back. Turning back
 * undoes exactly the completed steps, in reverse order, each of them once (for services that honour the idempotency
 * key). An undo that fails does not hold up the others: it is tried again after them, so no undo may rely on the undo
 * of a later step having succeeded.
 */
export interface Saga<D, StepName extends string, Message> {
  readonly id: string;
  readonly domain: D;
  /**
   * Does a step of the saga's list. If the step is refused, the saga turns back.
   * @returns how it was taken, if the step says so
   */
  do(step: StepName): Promise<string | undefined>;
  /** Does something that needs no undo as a durable step, and returns its result (JSON data), which is recorded. */
  note<Result>(name: string, work: (call: StepCall<D>) => Promise<Result>): Promise<Result>;
  /** Turns the saga back, as a refused step does. */
  refuse(reason: string): never;
  /** The instant some seconds from now, in ms since 1970. It is recorded, so it stays the same after a crash. */
  deadline(seconds: number): Promise<number>;
  /** Waits for the next message; null when none has come by the deadline (ms since 1970). */
  receive(deadline: number): Promise<Message | null>;
  /**
   * Whether the saga goes by a change of its code: false where it was beyond this place before the change came, and so
   * has to take the old way. The answer is recorded under the change's name, and stays the same.
   */
  hasChange(name: string): Promise<boolean>;
}
