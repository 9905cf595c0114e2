import { timesOf, type Times } from '../orders/offer.ts';
import { cycle, type KeptStore } from './keptStores.ts';

type Channel = 'kiosk' | 'web';

/** Milliseconds from the answer to a change until an answer that shows it has come, of writes one at a time. */
export async function commitToFresh(channel: Channel, store: KeptStore, writes: number): Promise<Times> {
  const times: number[] = [];
  for (let n = 0; n < writes; n += 1) {
    await store.read(channel);
    await store.write();
    const began = performance.now();
    while ((await store.read(channel)) !== store.written % cycle);
    times.push(performance.now() - began);
  }
  return timesOf(times);
}

export interface Counted {
  readonly done: number;
  readonly stale: number;
  /** Answers of which it cannot be told: while they were read, all states of the menu came by. */
  readonly unclear: number;
  readonly changes: number;
}

/** Four readers for each store, and a writer that goes on until all have been answered. */
export async function readUnderWrites(channel: Channel, stores: readonly KeptStore[], reads: number): Promise<Counted> {
  const counted = { done: 0, stale: 0, unclear: 0 };
  let isOver = false;
  const before = stores.reduce((sum, { written }) => sum + written, 0);
  const readOn = async (store: KeptStore): Promise<void> => {
    while (counted.done + counted.unclear < reads) {
      const heard = store.heard;
      const state = await store.read(channel);
      // The write that is under way may be in the answer.
      const newest = store.written + 1;
      if (newest - heard >= cycle) {
        counted.unclear += 1;
        continue;
      }
      counted.done += 1;
      const possible = Array.from({ length: newest - heard + 1 }, (_, index) => (heard + index) % cycle);
      if (!possible.includes(state)) counted.stale += 1;
    }
  };
  const writers = stores.map(async (store) => {
    while (!isOver) await store.write();
  });
  await Promise.all(stores.flatMap((store) => [1, 2, 3, 4].map(() => readOn(store))));
  isOver = true;
  await Promise.all(writers);
  return { ...counted, changes: stores.reduce((sum, { written }) => sum + written, 0) - before };
}
