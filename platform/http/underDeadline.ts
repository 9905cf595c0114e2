import { setMaxListeners } from 'node:events';

/**
 * Runs work under a signal that fires after `ms`, or when `ends` does. Afterwards `ends`, which may live as long as its
 * process, remembers nothing of it; of a signal made by `AbortSignal.any` it would remember a bit for ever.
 */
export async function underDeadline<T>(
  ms: number,
  ends: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const late = setTimeout(() => controller.abort(new DOMException('It took too long.', 'TimeoutError')), ms);
  const end = (): void => controller.abort(ends?.reason);
  if (ends?.aborted) end();
  // Each piece of work that runs now listens, and none stays: more than ten are no leak that Node should warn of.
  if (ends) setMaxListeners(0, ends);
  ends?.addEventListener('abort', end, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(late);
    ends?.removeEventListener('abort', end);
  }
}
