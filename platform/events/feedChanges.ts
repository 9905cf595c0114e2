import type { EventDefinition } from './defineEvent.ts';
import type { SqlTx } from './sqlTx.ts';

export interface FeedChangesRequest {
  /** A declared feed, such as `store:17`. */
  readonly feed: string;
  /** The version that the asker holds; null or undefined: none. */
  readonly since: number | null | undefined;
  /** Only aggregates of these events; others of the feed count as nothing changed. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- definitions of several data types, of which only the name is read
  readonly events: readonly EventDefinition<string, any>[];
  /** Looks at no event above this version: up to where a projection has come. The feed's own version unless told. */
  readonly upTo?: number;
}

export interface FeedChanges {
  /**
   * Up to which `changed` is complete: the feed's version at the instant of the read, or `upTo` where that is lower.
   */
  readonly version: number;
  /**
   * Ids of the aggregates with an event above `since`, each once, in no order. Undefined: that cannot be told, begin
   * anew with everything.
   */
  readonly changed: readonly string[] | undefined;
}

/** So many events are looked through; who is farther behind begins anew, which costs less. */
const mostEvents = 500;

/**
 * Which aggregates changed on a feed after a version. One statement, hence as of one instant, and bounded however far
 * behind the asker is. It cannot be told to who holds nothing, a version that the feed never had, or one too many
 * events ago; nor where events of the range are gone. State that is read by the same snapshot or later holds all of it.
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
