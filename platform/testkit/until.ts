import { setTimeout as sleep } from 'node:timers/promises';

export interface UntilOptions {
  /** Default 25 s: nothing waited for needs so long, but on a busy machine. Only a test that fails waits that long. */
  readonly timeoutMs?: number;
  /** Between two looks; default 15 ms. */
  readonly intervalMs?: number;
  /** What is awaited, for the message of the failure; a function is asked when it failed. */
  readonly what?: string | (() => string);
}

/**
 * Looks again and again until `condition` gives something truthy, and returns that. A condition that throws is not yet
 * met.
 * @throws Error with the last value or error when the time is over.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  options: UntilOptions = {},
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const { timeoutMs = 25_000, intervalMs = 15, what = condition.toString() } = options;
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as Exclude<T, false | null | undefined | 0 | ''>;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      throw new Error(
        `not within ${timeoutMs} ms: ${typeof what === 'string' ? what : what()}; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`,
        { cause: last },
      );
    }
    await sleep(intervalMs);
  }
}
