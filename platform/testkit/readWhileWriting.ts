/**
 * Calls `write` for each of `all`, four at a time, and `read` again and again meanwhile, and once more afterwards. More
 * writers at once would prove nothing more: they wait for the lock of one row, and on a busy machine the last one's
 * transaction times out. Whatever is rejected, rejects this.
 */
export async function readWhileWriting<T>(
  all: readonly T[],
  write: (each: T, index: number) => Promise<unknown>,
  read: () => Promise<unknown>,
): Promise<void> {
  const left = all.entries();
  let writing = true;
  const lane = async (): Promise<void> => {
    for (const [index, each] of left) await write(each, index);
  };
  const reader = async (): Promise<void> => {
    while (writing) await read();
  };
  const writers = Promise.all(Array.from({ length: 4 }, lane)).finally(() => {
    writing = false;
  });
  await Promise.all([writers, reader()]);
  await read();
}
