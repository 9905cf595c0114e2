import type { ExecutionResult } from 'graphql';
import { parseJson } from '../../documents/parseJson.ts';

interface Flight {
  /** Settles once: to the text if more than one waits, else to what the call gave. */
  landed?: Promise<ExecutionResult | string>;
  waiting: number;
}

/** Identical requests that are under way at the same time become one. What is shared are bytes: everybody gets objects of their own. */
export class InFlight {
  readonly #flights = new Map<string, Flight>();

  async share(key: string, call: () => Promise<ExecutionResult | string>): Promise<ExecutionResult> {
    let flight = this.#flights.get(key);
    if (!flight) {
      flight = { waiting: 0 };
      this.#flights.set(key, flight);
      flight.landed = this.#land(key, flight, call());
    }
    flight.waiting += 1;
    const result = await flight.landed!;
    return typeof result === 'string' ? parseJson(result, { trusted: true }) as ExecutionResult : result;
  }

  /** Nobody else joins it: whoever waited gave up, and it may never land. */
  forget(key: string): void {
    this.#flights.delete(key);
  }

  async #land(key: string, flight: Flight, call: Promise<ExecutionResult | string>): Promise<ExecutionResult | string> {
    try {
      const result = await call;
      return typeof result !== 'string' && flight.waiting > 1 ? JSON.stringify(result) : result;
    } finally {
      // In the same turn as the decision above: nobody joins after it.
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    }
  }
}
