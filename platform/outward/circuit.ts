import { BrokenCircuitError, circuitBreaker, CircuitState, ConsecutiveBreaker, handleWhen } from 'cockatiel';

/** Thrown instead of calling what has not answered. */
export { BrokenCircuitError } from 'cockatiel';

/** `open`: it is not called; `trying`: one call shows whether it answers again. */
export type CircuitPosition = 'closed' | 'trying' | 'open';

export interface CircuitPolicy {
  /**
   * So many calls in a row without an answer open the circuit: calls fail at once, until one is tried after `openMs`.
   */
  readonly failures: number;
  readonly openMs: number;
}

const positions: Readonly<Record<CircuitState, CircuitPosition>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'trying',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
};

/**
 * Calls nothing that did not answer several times in a row: nobody waits for it in vain, and it is left alone while it
 * recovers. One answer closes the circuit again.
 */
export class Circuit {
  readonly #breaker: ReturnType<typeof circuitBreaker>;

  /** @param isFailure whether what a call has thrown counts against the callee; other errors count as answers */
  constructor({ failures, openMs }: CircuitPolicy, isFailure: (error: unknown) => boolean) {
    this.#breaker = circuitBreaker(handleWhen(isFailure), {
      breaker: new ConsecutiveBreaker(failures),
      halfOpenAfter: openMs,
    });
  }

  get position(): CircuitPosition {
    return positions[this.#breaker.state];
  }

  /** Tells of each change, and not of the position at the beginning. */
  onChange(hear: (position: CircuitPosition) => void): void {
    this.#breaker.onStateChange((state) => hear(positions[state]));
  }

  /** @throws BrokenCircuitError without calling `work` while the circuit is open, or another call tries */
  async run<T>(work: () => Promise<T>): Promise<T> {
    // The library would have it wait for the outcome of the call that tries, which may take long.
    if (this.position === 'trying') throw new BrokenCircuitError();
    return this.#breaker.execute(work);
  }
}
