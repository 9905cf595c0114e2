/**
 * A step that the business said no to: the saga turns back. Anything thrown instead is taken for a failure that passes,
 * and tried again.
 */
export interface Refused {
  /** A code, for whoever asks why the saga turned back. */
  readonly refused: string;
}

export const isRefused = (result: unknown): result is Refused =>
  typeof result === 'object' && result !== null && 'refused' in result;

export interface StepCall<D> {
  readonly domain: D;
  readonly sagaId: string;
  /** `<saga id>:<step>`: the same however often the step is tried. Pass it to whatever must happen once. */
  readonly key: string;
}

export interface SagaStep<D> {
  /** At least once, each time with the same key. */
  readonly run: (call: StepCall<D>) => Promise<Refused | void>;
  /**
   * What makes the completed step as if it had not been, with its own name. At least once, with its own key; it cannot
   * refuse.
   */
  readonly undo?: readonly [name: string, run: (call: StepCall<D>) => Promise<void>];
  /**
   * The earlier step whose undo is no longer right once this one is completed: this one's undo, or nothing, stands in
   * its place.
   */
  readonly replaces?: string;
}

/**
 * A durable process while it runs. Steps survive the process: after a kill the saga goes on where it was, on this
 * executor or another. A step that throws is tried again for ever, with growing pauses; only a refusal turns the saga
 * back. Turning back undoes exactly the completed steps, in reverse order, once each (as seen by whoever honours the
 * keys). An undo that fails keeps none of the others waiting: it is tried again behind them, so none may rely on a
 * later step's undo having succeeded.
 */
export interface Saga<D, StepName extends string, Message> {
  readonly id: string;
  readonly domain: D;
  /** Takes a step of the list. Turns the saga back when it is refused. */
  do(step: StepName): Promise<void>;
  /** Does something that needs no undo, and remembers what came of it (JSON data). */
  note<Result>(name: string, work: (call: StepCall<D>) => Promise<Result>): Promise<Result>;
  /** Turns the saga back. */
  refuse(reason: string): never;
  /** The instant some seconds from now, the same when the saga is run again; in milliseconds since 1970. */
  deadline(seconds: number): Promise<number>;
  /** The next message, or null when none came until the deadline. */
  receive(deadline: number): Promise<Message | null>;
}
