import { createHash } from 'node:crypto';

/** How long people take, in seconds, on average. */
export interface Pace {
  /** A ticket hangs before somebody begins with it. */
  readonly start: number;
  /** Cooking. */
  readonly cook: number;
  /** Food waits on the counter until the guest takes it. */
  readonly handOver: number;
  /** A job is open before a courier takes it. */
  readonly accept: number;
  /** A ride to the store, or on to the customer, however far. */
  readonly ride: number;
  /** Between two looks at what there is to do. */
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
