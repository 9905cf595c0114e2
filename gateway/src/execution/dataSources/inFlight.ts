import type { ExecutionResult } from 'graphql';
import { stringifyExactly } from '../../documents/exactNumber.ts';
import { parseJson } from '../../documents/parseJson.ts';
import { Landed } from './landed.ts';

/** What a call gives: the bytes of an answer, or the answer of a subgraph within the process. */
export type Came = ExecutionResult | Landed;

interface Flight {
  readonly asked: string;
  readonly by: string;
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
  /** Nobody else joins it: whoever waited gave up, and it may never land. */
  readonly forget?: () => void;
}

/**
 * Identical requests that are under way at the same time become one. What is shared are bytes: everybody gets objects
 * of their own.
 */
export class InFlight {
  /** By what is asked, and by whom. The first is long: put together with the second, it would be hashed each time. */
  readonly #flights = new Map<string, Map<string, Flight>>();

  /** @param by the same for all who may have the same answer */
  share(asked: string, by: string, call: (signal: AbortSignal) => Promise<Came>): Passenger {
    const flight = this.#flights.get(asked)?.get(by) ?? this.#begin(asked, by, call);
    flight.waiting += 1;
    const result = flight.landed!.then((landed) =>
      typeof landed === 'string' ? (parseJson(landed, { trusted: true }) as ExecutionResult) : landed,
    );
    return {
      result,
      leave: () => {
        flight.waiting -= 1;
        if (flight.waiting > 0) return;
        this.#forget(flight);
        flight.unwanted.abort();
      },
      forget: () => this.#forget(flight),
    };
  }

  #begin(asked: string, by: string, call: (signal: AbortSignal) => Promise<Came>): Flight {
    const flight: Flight = { asked, by, waiting: 0, unwanted: new AbortController() };
    const same = this.#flights.get(asked);
    if (same) same.set(by, flight);
    else this.#flights.set(asked, new Map([[by, flight]]));
    flight.landed = this.#land(flight, call(flight.unwanted.signal));
    return flight;
  }

  #forget(flight: Flight): void {
    const same = this.#flights.get(flight.asked);
    if (same?.get(flight.by) !== flight) return;
    if (same.size > 1) same.delete(flight.by);
    else this.#flights.delete(flight.asked);
  }

  async #land(flight: Flight, call: Promise<Came>): Promise<Came | string> {
    try {
      const result = await call;
      return !(result instanceof Landed) && flight.waiting > 1 ? stringifyExactly(result) : result;
    } finally {
      // In the same turn as the decision above: nobody joins after it.
      this.#forget(flight);
    }
  }
}
