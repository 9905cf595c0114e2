/**
 * Waits, or less if the signal fires. Keeps the process alive: one that waits to try again is not over, and while it
 * starts it may have nothing else to live for. So whoever waits in a loop has to have a signal that ends it.
 */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/**
 * Pauses between tries: doubling from `firstMs` to `longestMs`, each up to a fifth shorter, so that many do not come
 * back at once.
 */
export const backoffMs = (attempt: number, firstMs: number, longestMs: number): number =>
  Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 30)) * (0.8 + 0.2 * Math.random());
