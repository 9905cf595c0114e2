import type { Logger } from 'pino';

export interface WorkThrough {
  readonly log: Pick<Logger, 'warn'>;
  /** What one item is, for the log: it "has to wait for the next round". */
  readonly what: string;
  /** How many items are worked on at a time; 1 when left out. */
  readonly atOnce?: number;
}

/**
 * Does the work for each item of a round. One that fails is logged and waits for the next round, so that it does not
 * keep the others waiting.
 * @returns for how many something was done: all that did not fail, but those whose work returned false
 */
export async function workThrough<Item>(
  items: readonly Item[],
  { log, what, atOnce = 1 }: WorkThrough,
  work: (item: Item) => Promise<boolean | void>,
): Promise<number> {
  const queue = [...items];
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift())
      try {
        if ((await work(item)) !== false) done += 1;
      } catch (error) {
        log.warn({ err: error }, `${what} has to wait for the next round`);
      }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return done;
}
