import { setTimeout as delay } from 'node:timers/promises';
import type { SqlTx } from '#platform/events/eventLog.ts';

/**
 * A row of a read model's table that is no entry: it says for one store up to which version of the store's feed the
 * table is complete.
 */
export interface FeedHead {
  readonly table: string;
  /** What else than `feed_version` and `ahead` the row of the store `$1` holds: an expression by column. */
  readonly row: Readonly<Record<string, string>>;
  /** The columns of the table's key. */
  readonly key: string;
}

/**
 * Counts the head of a store on over what is now complete. Two orders of a store may be heard in another order than the
 * feed has them, so the head counts the version below which nothing is missing, and keeps what came ahead of it. One
 * statement, since all orders of a store wait for each other here. An event that was written before its kind had a feed
 * has no version: there is nothing to count.
 */
export async function advance(
  tx: SqlTx,
  { table, row, key }: FeedHead,
  storeId: string,
  version: number | undefined,
): Promise<void> {
  if (version === undefined) return;
  await tx.$executeRawUnsafe(
    `INSERT INTO ${table} AS head (${Object.keys(row).join(', ')}, feed_version, ahead)
     VALUES (${Object.values(row).join(', ')}, CASE $2::int WHEN 1 THEN 1 ELSE 0 END, CASE $2::int WHEN 1 THEN '{}' ELSE ARRAY[$2::int] END)
     ON CONFLICT (${key}) DO UPDATE SET (feed_version, ahead) = (
       SELECT head.feed_version + count(*) FILTER (WHERE version = head.feed_version + place), coalesce(array_agg(version ORDER BY version) FILTER (WHERE version > head.feed_version + place), '{}')
       FROM (SELECT version, row_number() OVER (ORDER BY version) AS place FROM (SELECT DISTINCT unnest(head.ahead || $2::int) AS version) AS heard WHERE version > head.feed_version) AS waiting)`,
    storeId,
    version,
  );
}

const patienceMs = 500;
const lookAgainMs = 10;

/**
 * Reads until it shows what had happened when it was asked for, half a second at most: who was just told of a change
 * finds it. Then it is older, and its version says so.
 */
export async function caughtUp<View>(read: () => Promise<View>, shows: (view: View) => boolean): Promise<View> {
  for (let waited = 0; ; waited += lookAgainMs) {
    const view = await read();
    if (waited >= patienceMs || shows(view)) return view;
    await delay(lookAgainMs);
  }
}
