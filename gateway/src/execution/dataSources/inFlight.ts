import type { ExecutionResult } from 'graphql';
import { stringifyExactly } from '../../documents/exactNumber.ts';
import { parseJson } from '../../documents/parseJson.ts';
import { Landed } from './landed.ts';

/** What a call gives: the bytes of an answer, or the answer of a subgraph within the process. */
export type Came = ExecutionResult | Landed;

interface Flight {
  /** Settles once: to bytes or a text if more than one waits, else to what the call gave. */
  landed?: Promise<Came | string>;
  waiting: number;
  /** Fires when nobody waits any more. */
  readonly unwanted: AbortController;
}

/** One who waits for a flight. */
export interface Passenger {
  readonly result: Promise<Came>;
  /** Waits no longer. With the last one the request ends, too. */
  leave(): void;
}

/**
 * Identical requests that are under way at the same time become one. What is shared are bytes: everybody gets objects
 * of their own.
 */
export class InFlight {
  readonly #flights = new Map<string, Flight>();

  share(key: string, call: (signal: AbortSignal) => Promise<Came>): Passenger {
    const flight = this.#flights.get(key) ?? this.#begin(key, call);
    flight.waiting += 1;
    const result = flight.landed!.then((landed) =>
      typeof landed === 'string' ? (parseJson(landed, { trusted: true }) as ExecutionResult) : landed,
    );
    return {
      result,
      leave: () => {
        flight.waiting -= 1;
        if (flight.waiting > 0) return;
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
        flight.unwanted.abort();
      },
    };
  }

  #begin(key: string, call: (signal: AbortSignal) => Promise<Came>): Flight {
    const flight: Flight = { waiting: 0, unwanted: new AbortController() };
    this.#flights.set(key, flight);
    flight.landed = this.#land(key, flight, call(flight.unwanted.signal));
    return flight;
  }

  /** Nobody else joins it: whoever waited gave up, and it may never land. */
  forget(key: string): void {
    this.#flights.delete(key);
  }

  async #land(key: string, flight: Flight, call: Promise<Came>): Promise<Came | string> {
    try {
      const result = await call;
      return !(result instanceof Landed) && flight.waiting > 1 ? stringifyExactly(result) : result;
    } finally {
      // In the same turn as the decision above: nobody joins after it.
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    }
  }
}
