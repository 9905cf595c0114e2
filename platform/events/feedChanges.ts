import type { EventDefinition } from './defineEvent.ts';
import type { SqlTx } from './sqlTx.ts';

export interface FeedChangesRequest {
  /** A declared feed, such as `store:17`. */
  readonly feed: string;
  /** The feed's version that the caller has already seen; null or undefined if it has seen none. */
  readonly since: number | null | undefined;
  /** The events that count as a change. The feed's other events are ignored. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- definitions of several data types, of which only the name is read
  readonly events: readonly EventDefinition<string, any>[];
  /** Ignores events above this version, for example because a projection has not come further; by default none. */
  readonly upTo?: number;
}

export interface FeedChanges {
  /** `changed` is complete up to this version: the feed's version when it was read, or `upTo` if that is lower. */
  readonly version: number;
  /**
   * Ids of the aggregates with an event above `since`, each once, in no order. Undefined if the changes cannot be told:
   * the caller must then load everything anew.
   */
  readonly changed: readonly string[] | undefined;
}

/** At most so many events are read. For a caller that is further behind it is cheaper to load everything anew. */
const mostEvents = 500;

/**
 * Tells which aggregates changed on a feed after a version. It is one statement, so the answer holds for one instant,
 * and its cost is bounded however far behind the caller is. State that is read in the same snapshot, or later, contains
 * all these changes. The changes cannot be told when `since` is missing, is a version that the feed never had, or is
 * more than `mostEvents` ago, nor when events of the range have been deleted.
 */
export async function feedChanges(tx: SqlTx, { feed, since, events, upTo }: FeedChangesRequest): Promise<FeedChanges> {
  const [row] = await tx.$queryRawUnsafe<{ version: number; seen: number | null; changed: string[] | null }[]>(
    `select least(h.head, $3::int) as version, c.seen, c.changed
     from (select coalesce((select version from platform.head where kind = 'feed' and key = $1::text), 0) as head) h
     left join lateral (
       select count(*)::int as seen, array_agg(distinct e.stream) filter (where e.type = any ($4::text[])) as changed
       from platform.event e where e.feed = $1::text and e.feed_version > $2::int and e.feed_version <= least(h.head, $3::int)
     ) c on $2::int between 0 and h.head and least(h.head, $3::int) - $2::int <= $5::int`,
    feed,
    since ?? -1,
    upTo ?? 2 ** 31 - 1,
    events.map(({ name }) => name),
    mostEvents,
  );
  const { version, seen, changed } = row!;
  const complete = seen !== null && seen === Math.max(0, version - (since ?? 0));
  return { version, changed: complete ? (changed ?? []) : undefined };
}
