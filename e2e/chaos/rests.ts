import { until } from '#platform/testkit/until.ts';
import { Violation } from './invariants.ts';

/** Several times what it takes to come back from anything, on a busy machine. */
const withinMs = 90_000;

/** Resolves when it is so. @throws Violation when it never is: what was promised does not happen */
export async function rests(what: string | (() => string), condition: () => boolean | Promise<boolean>): Promise<void> {
  try {
    await until(condition, { timeoutMs: withinMs, intervalMs: 50, what: '' });
  } catch (error) {
    throw new Violation(`after ${withinMs / 1_000} s still not: ${typeof what === 'string' ? what : what()}`, {
      cause: error,
    });
  }
}
