/** A timer of Node that is longer, which is 24.8 days, fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Resolves after `ms`, or at once when the signal fires. The timer keeps the process alive, because a process that
 * waits to try again, for example while it starts, may have no other open handle and would exit. So pass a signal if
 * you wait in a loop: otherwise the process cannot end.
 */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout;
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const wait = (left: number): void => {
      timer = left > longestTimerMs ? setTimeout(wait, longestTimerMs, left - longestTimerMs) : setTimeout(done, left);
    };
    wait(ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/**
 * An exponential back-off with jitter: doubles from `firstMs` (attempt 0) up to `longestMs`, and is up to a fifth
 * shorter, at random, so that many clients do not try again at the same instant.
 */
export const backoffMs = (attempt: number, firstMs: number, longestMs: number): number =>
  Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 30)) * (0.8 + 0.2 * Math.random());
