/**
 * What `work` gives, or what `late` gives when that is not there after so long; the work itself goes on. Keeps the
 * process alive until then.
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
