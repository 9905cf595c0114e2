import { until } from '#platform/testkit/until.ts';
import { Violation } from './invariants.ts';

/** How long is waited: several times as long as recovery from any fault takes on a busy machine. */
const withinMs = 90_000;

/** Resolves when the condition holds. @throws Violation if it does not in time: then a promise was broken */
export async function rests(what: string | (() => string), condition: () => boolean | Promise<boolean>): Promise<void> {
  try {
    await until(condition, { timeoutMs: withinMs, intervalMs: 50, what: '' });
  } catch (error) {
    throw new Violation(`after ${withinMs / 1_000} s still not: ${typeof what === 'string' ? what : what()}`, {
      cause: error,
    });
  }
}
