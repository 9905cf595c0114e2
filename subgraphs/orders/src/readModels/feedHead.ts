import type pg from 'pg';
import type { SqlTx } from '#platform/events/eventLog.ts';
import { nextProjection } from '#platform/events/nextProjection.ts';

/**
 * Describes the head row of a read model: a row of its table that is not an entry, but says for one store up to which
 * version of the store's feed the table is complete.
 */
export interface FeedHead {
  readonly table: string;
  /** The values of the row's other columns for the store `$1`, as SQL expressions by column. */
  readonly row: Readonly<Record<string, string>>;
  /** The columns of the table's key. */
  readonly key: string;
}

/**
 * Adds a version to the head row of a store. Events of two orders of a store may be consumed in another order than
 * the feed has them. So `feed_version` is the version up to which none is missing, and `ahead` holds the later
 * versions that were consumed before their turn. It is one statement, since all orders of a store wait for each other
 * here. An event that was stored before its kind had a feed has no version, and changes nothing.
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
     ON CONFLICT (${key}) DO UPDATE SET (feed_version, ahead) = (SELECT * FROM platform.reach(head.feed_version, head.ahead, $2::int))`,
    storeId,
    version,
  );
}

const longestWaitMs = 500;
const firstPauseMs = 10;

/**
 * Reads again until the result contains what had happened before the request, for at most half a second. So a client
 * that reads because of an event finds its effect. After half a second the result may be older, which its version
 * tells. It reads again when this process has projected an event of the stores' feeds, and otherwise ever more rarely:
 * read models fall behind when there is much to do, and who waits for them must not add to it.
 */
export async function caughtUp<View>(
  db: Pick<pg.Pool, 'query'>,
  storeIds: readonly string[],
  read: () => Promise<View>,
  shows: (view: View) => boolean,
): Promise<View> {
  const feeds = storeIds.map((id) => `store:${id}`);
  const until = performance.now() + longestWaitMs;
  for (let pauseMs = firstPauseMs; ; pauseMs *= 2) {
    const projection = nextProjection(db, feeds);
    try {
      const view = await read();
      const leftMs = until - performance.now();
      if (shows(view) || leftMs <= 0) return view;
      await projection.within(Math.min(pauseMs, leftMs));
    } finally {
      projection.forget();
    }
  }
}
