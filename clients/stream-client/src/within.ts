/**
 * What `ask` gives, if it comes within so many milliseconds; undefined once the signal is aborted. No timer outlasts
 * it.
 * @throws what `ask` threw, or that it took too long
 */
export async function within<T>(
  milliseconds: number,
  signal: AbortSignal,
  ask: () => T | Promise<T>,
): Promise<T | undefined> {
  let over = (): void => undefined;
  const limit = new Promise<undefined>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`No answer within ${milliseconds} ms.`)), milliseconds);
    over = () => {
      clearTimeout(timer);
      resolve(undefined);
    };
    signal.addEventListener('abort', over);
  });
  try {
    return await Promise.race([ask(), limit]);
  } finally {
    over();
    signal.removeEventListener('abort', over);
  }
}
