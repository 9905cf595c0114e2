import { setTimeout as sleep } from 'node:timers/promises';
import type { Guests } from './guests.ts';

export interface Offered {
  /** Milliseconds from when the order was due until its placing was answered. */
  readonly placing: Times;
  /** Milliseconds from when the order was due until the first status of its stream. */
  readonly firstStatus: Times;
  readonly completed: number;
  readonly refused: number;
  readonly failed: number;
  /** Seconds from the last arrival until the last order was completed. */
  readonly toRest: number;
}

export interface Times {
  at(share: number): number;
}

/**
 * Offers orders at a rate, and waits until all of them have ended. Arrivals are evenly spread, and do not wait for
 * answers: a system that is too slow gathers orders, and their times tell it.
 */
export async function offer(guests: Guests, { rate, seconds }: { rate: number; seconds: number }): Promise<Offered> {
  const placing: number[] = [];
  const firstStatus: number[] = [];
  const counts = { completed: 0, refused: 0, failed: 0 };
  const problems = new Set<string>();
  const under: Promise<void>[] = [];
  const began = performance.now();
  for (let n = 0; n < rate * seconds; n += 1) {
    const due = began + (n * 1_000) / rate;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    const since = (times: number[]) => () => void times.push(performance.now() - due);
    under.push(
      guests.order(n, { placed: since(placing), firstStatus: since(firstStatus) }).then(
        (outcome) => {
          if (outcome === 'completed') counts.completed += 1;
          else {
            counts.refused += 1;
            problems.add(outcome);
          }
        },
        (error: unknown) => {
          counts.failed += 1;
          problems.add(String(error));
        },
      ),
    );
  }
  const last = performance.now();
  await Promise.all(under);
  if (problems.size > 0) console.log([...problems].slice(0, 3).join('\n'));
  return {
    placing: timesOf(placing),
    firstStatus: timesOf(firstStatus),
    ...counts,
    toRest: (performance.now() - last) / 1_000,
  };
}

export function timesOf(times: readonly number[]): Times {
  const sorted = [...times].sort((a, b) => a - b);
  return { at: (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0 };
}
