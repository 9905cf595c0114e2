import { createHash } from 'node:crypto';

/** How long people take, in seconds, on average. */
export interface Pace {
  /** Until somebody in the kitchen begins with a new ticket. */
  readonly start: number;
  /** Cooking one order. */
  readonly cook: number;
  /** Until the guest takes the food from the counter. */
  readonly handOver: number;
  /** Until a courier takes an open job. */
  readonly accept: number;
  /** A ride to the store, or from there to the customer, whatever the distance. */
  readonly ride: number;
  /** The pause between two rounds, in which they look what there is to do. */
  readonly look: number;
}

/** Fast enough to watch, slow enough to see each step. */
export const humanPace: Pace = { start: 2, cook: 5, handOver: 3, accept: 2, ride: 8, look: 1 };

/**
 * No two take the same time, and the same one always takes the same: between 60 % and 140 % of the average, in
 * milliseconds.
 */
export function durationOf(averageSeconds: number, id: string): number {
  const byte = createHash('sha256').update(id).digest()[0]!;
  return averageSeconds * 1_000 * (0.6 + (0.8 * byte) / 255);
}
