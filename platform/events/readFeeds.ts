import type { EventEnvelope } from './defineEvent.ts';
import { eventColumns, toEnvelope, type EventRow } from './envelope.ts';
import type { SqlTx } from './sqlTx.ts';

export interface FeedRange {
  /**
   * `declared`: the events whose definition puts them on this feed. `aggregate`: all events of one aggregate, whatever
   * feed they are on.
   */
  readonly kind: 'declared' | 'aggregate';
  /** The feed, such as `store:17`, or the aggregate's id. */
  readonly key: string;
  /** Only events above this version are read. */
  readonly after: number;
  /** How many events are read at most; with 0, only the feed's version. */
  readonly limit: number;
}

export interface FeedPage {
  /** The feed's version when it was read; 0 if it has no event. */
  readonly version: number;
  /** In the order of the feed. */
  readonly events: readonly EventEnvelope[];
}

type Row = { readonly range: number; readonly epoch: string; readonly head: number | null } & {
  [Key in keyof EventRow]: EventRow[Key] | null;
};

/**
 * Reads ranges of several feeds in one statement, hence as of one instant: a page holds every event of its range up to
 * its version, unless it reached its limit. Pages come in the order of `ranges`. `epoch` names the history that the
 * versions count in; it changes when an operator puts an older event log in the place of this one. The kinds are read
 * through a subquery, so that the planner does not count the ranges, and plan anew for each call.
 */
export async function readFeeds(
  tx: SqlTx,
  source: string,
  ranges: readonly FeedRange[],
): Promise<{ epoch: string; pages: FeedPage[] }> {
  const rows = await tx.$queryRawUnsafe<Row[]>(
    `select r.range::int as range, (select id from platform.epoch) as epoch, h.version as head, e.*
     from unnest(array(select unnest($1::text[])), $2::text[], $3::int[], $4::int[]) with ordinality as r (kind, key, after, max, range)
     left join lateral (select version from platform.head where kind = r.kind and key = r.key limit 1) h on true
     left join lateral (
       (select ${eventColumns} from platform.event e
        where r.kind = 'feed' and e.feed = r.key and e.feed_version > r.after order by e.feed_version limit r.max)
       union all
       (select ${eventColumns} from platform.event e
        where r.kind = 'stream' and e.stream = r.key and e.version > r.after order by e.version limit r.max)
     ) e on true
     order by r.range, case r.kind when 'feed' then e.feed_version else e.version end`,
    ranges.map(({ kind }) => (kind === 'declared' ? 'feed' : 'stream')),
    ranges.map(({ key }) => key),
    ranges.map(({ after }) => after),
    ranges.map(({ limit }) => limit),
  );
  const pages = ranges.map(() => ({ version: 0, events: [] as EventEnvelope[] }));
  for (const row of rows) {
    const page = pages[row.range - 1]!;
    page.version = row.head ?? 0;
    if (row.event_id !== null) page.events.push(toEnvelope(row as EventRow, source));
  }
  return { epoch: rows[0]?.epoch ?? '', pages };
}
