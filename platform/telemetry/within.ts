/**
 * Resolves with the result of `work`, or with that of `late` if `work` takes longer than `ms`; the work itself goes on
 * then. The timer keeps the process alive.
 */
export async function within<T, Late>(ms: number, work: () => T | Promise<T>, late: () => Late): Promise<T | Late> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  }).then(late);
  try {
    return await Promise.race([work(), over]);
  } finally {
    clearTimeout(timer);
  }
}
