import { setTimeout as delay } from 'node:timers/promises';
import type { SqlTx } from '#platform/events/eventLog.ts';

/** A row of a read model's table that is no entry: it says for one store up to which version of the store's feed the table is complete. */
export interface FeedHead {
  readonly table: string;
  /** Makes the row of the store `$1`, at version 0, unless it is there. */
  readonly insert: string;
  /** Which row is the head of the store `$1`. */
  readonly where: string;
}

/**
 * Counts the head of a store on over what is now complete. Two orders of a store may be heard in another order than the feed has them, so the head counts
 * the version below which nothing is missing, and keeps what came ahead of it.
 */
export async function advance(tx: SqlTx, { table, insert, where }: FeedHead, storeId: string, version: number): Promise<void> {
  await tx.$executeRawUnsafe(insert, storeId);
  const [head] = await tx.$queryRawUnsafe<{ feed_version: number; ahead: number[] }[]>(`SELECT feed_version, ahead FROM ${table} WHERE ${where} FOR UPDATE`, storeId);
  const { complete, ahead } = countOn(head!.feed_version, [...head!.ahead, version]);
  await tx.$executeRawUnsafe(`UPDATE ${table} SET feed_version = $2::int, ahead = $3::int[] WHERE ${where}`, storeId, complete, ahead);
}

/** The version up to which all are there, and those beyond a gap. */
export function countOn(complete: number, heard: readonly number[]): { complete: number; ahead: number[] } {
  const waiting = new Set(heard);
  let last = complete;
  while (waiting.has(last + 1)) last += 1;
  return { complete: last, ahead: [...waiting].filter((version) => version > last).sort((a, b) => a - b) };
}

const patienceMs = 500;
const lookAgainMs = 10;

/** Reads until it shows what had happened when it was asked for, half a second at most: who was just told of a change finds it. Then it is older, and its version says so. */
export async function caughtUp<View>(read: () => Promise<View>, shows: (view: View) => boolean): Promise<View> {
  for (let waited = 0; ; waited += lookAgainMs) {
    const view = await read();
    if (waited >= patienceMs || shows(view)) return view;
    await delay(lookAgainMs);
  }
}
