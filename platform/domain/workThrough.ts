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

/**
 * Whose turn it is in a list of which a round takes a part: each round goes on where the one before it has ended, and
 * begins anew after the last. What cannot be done now, however much of it, so keeps nothing else waiting for ever.
 */
export class Turns {
  #after: string | undefined;

  /**
   * The items of the next round, in the order of their ids.
   * @param read reads items with higher ids than the given one, the lowest ids first, as many as are asked for at most
   */
  async next<Item extends { readonly id: string }>(
    most: number,
    read: (after: { readonly gt: string } | undefined, most: number) => Promise<readonly Item[]>,
  ): Promise<readonly Item[]> {
    const items = [...(await read(this.#after === undefined ? undefined : { gt: this.#after }, most))];
    if (this.#after !== undefined && items.length < most) {
      const known = new Set(items.map(({ id }) => id));
      items.push(...(await read(undefined, most - items.length)).filter(({ id }) => !known.has(id)));
    }
    this.#after = items.at(-1)?.id;
    return items;
  }
}
