import { behalf, currentTrace } from '#platform/telemetry/trace.ts';
import { ConcurrencyError } from './concurrencyError.ts';
import { isLostRace } from './databaseFailure.ts';
import type { EventEnvelope, NewEvent } from './defineEvent.ts';
import { eventColumns, toEnvelope, type EventRow } from './envelope.ts';
import type { AppendOptions, Change, EventLog, StreamAppend } from './eventLog.ts';
import { shifted, type SqlTx } from './sqlTx.ts';

export interface EventLogParts {
  /** `<domain>-service`. */
  readonly source: string;
  readonly clock: () => Date;
  /** Makes the ids of events: UUIDv7. */
  readonly newId: () => string;
}

/**
 * Makes the event log of a domain. It works on the transactions it is given, which must be on the domain's database.
 */
export function createEventLog({ source, clock, newId }: EventLogParts): EventLog {
  const appended = new WeakMap<object, readonly NewEvent[]>();
  const prepare = (event: NewEvent, options: AppendOptions) => {
    const trace = currentTrace();
    const { definition, data } = event;
    return {
      id: newId(),
      stream: definition.aggregate(data),
      type: definition.name,
      eventVersion: definition.version,
      data,
      feed: definition.feed?.(data) ?? null,
      at: (options.at ?? clock()).toISOString(),
      metadata: {
        causationId: options.causationId ?? trace.causationId,
        correlationId: trace.correlationId,
        traceparent: trace.traceparent,
        actor: options.actor ?? trace.actor,
        ...behalf(options.actor ?? trace.actor, trace.onBehalfOf),
      },
    };
  };

  const note = (tx: SqlTx, facts: readonly NewEvent[]): void =>
    void appended.set(tx, [...(appended.get(tx) ?? []), ...facts]);

  async function appendAll(
    tx: SqlTx,
    appends: readonly StreamAppend[],
    options: AppendOptions = {},
  ): Promise<EventEnvelope[]> {
    const facts = appends.flatMap((append) => append.events);
    if (!facts.length) return [];
    const events = facts.map((event) => prepare(event, options));
    const { changes, params } = beside([options.also ?? []].flat());
    const versions = await write<{ version: number; feed_version: number | null }>(
      tx,
      `${changes}select version, feed_version from platform.append_events($1::jsonb, $2::jsonb)`,
      { events, expected: expectations(appends), params },
    );
    note(tx, facts);
    return events.map(({ id, stream, type, eventVersion, data, feed, at, metadata }, index) =>
      toEnvelope(
        {
          event_id: id,
          stream,
          type,
          event_version: eventVersion,
          data,
          metadata,
          feed,
          at: Date.parse(at),
          version: versions[index]!.version,
          feed_version: versions[index]!.feed_version,
        },
        source,
      ),
    );
  }

  return {
    append: (tx, expectedVersion, events, options) => appendAll(tx, [{ expectedVersion, events }], options),
    appendAll,
    async appendBy(tx, appends, sql, params) {
      const facts = appends.flatMap((append) => append.events);
      const events = facts.map((event) => prepare(event, {}));
      const rows = await write<object>(tx, sql, { events, expected: expectations(appends), params });
      if (rows.length > 0) note(tx, facts);
      return rows as never;
    },
    appendedIn: (tx) => appended.get(tx) ?? [],
    async load(tx, aggregateId, after = 0) {
      const rows = await tx.$queryRawUnsafe<EventRow[]>(
        `select ${eventColumns} from platform.event e where e.stream = $1::text and e.version > $2::int order by e.version`,
        aggregateId,
        after,
      );
      return rows.map((row) => toEnvelope(row, source));
    },
    async loadWith<Row>(tx: SqlTx, aggregateId: string, select: string, ...parameters: unknown[]) {
      const [found] = await tx.$queryRawUnsafe<(Row & { readonly history: EventRow[] | null })[]>(
        `select own.*, (select json_agg(h order by h.version) from (select ${eventColumns} from platform.event e where e.stream = $${parameters.length + 1}::text) as h) as history from (${select}) as own`,
        ...parameters,
        aggregateId,
      );
      if (!found) return undefined;
      const { history, ...row } = found;
      return { row: row as Row, events: (history ?? []).map((each) => toEnvelope(each, source)) };
    },
    async readFeed(tx, feed, after, limit) {
      const rows = await tx.$queryRawUnsafe<EventRow[]>(
        `select ${eventColumns} from platform.event e where e.feed = $1::text and e.feed_version > $2::int order by e.feed_version limit $3::int`,
        feed,
        after,
        limit,
      );
      return rows.map((row) => toEnvelope(row, source));
    },
    async lockFeeds(tx, feeds) {
      await tx.$executeRawUnsafe(
        `insert into platform.head as h select 'feed', key, 0 from unnest($1::text[]) as key order by key
         on conflict (kind, key) do update set version = h.version`,
        [...new Set(feeds)],
      );
    },
    async feedVersion(tx, feed) {
      const rows = await tx.$queryRawUnsafe<{ version: number }[]>(
        `select version from platform.head where kind = 'feed' and key = $1::text`,
        feed,
      );
      return rows[0]?.version ?? 0;
    },
  };
}

/** What makes changes in the statement that appends: their parameters come after the two of the append. */
function beside(changes: readonly Change[]): { readonly changes: string; readonly params: readonly unknown[] } {
  const params: unknown[] = [];
  const parts = changes.map(({ sql, parameters }, index) => {
    const part = `also${index} as (${shifted(sql, 2 + params.length)})`;
    params.push(...parameters);
    return part;
  });
  return { changes: parts.length > 0 ? `with ${parts.join(', ')} ` : '', params };
}

/** The version that each stream must be at for the append to succeed; null for any. */
function expectations(appends: readonly StreamAppend[]): Map<string, number | null> {
  const expected = new Map<string, number | null>();
  for (const { expectedVersion, events } of appends) {
    const streams = new Set(events.map(({ definition, data }) => definition.aggregate(data)));
    if (streams.size > 1) throw new Error(`events of several aggregates in one append: ${[...streams].join(', ')}`);
    for (const stream of streams) {
      if (expected.has(stream)) throw new Error(`two appends to ${stream} at once`);
      expected.set(stream, expectedVersion);
    }
  }
  return expected;
}

async function write<Row>(
  tx: SqlTx,
  sql: string,
  {
    events,
    expected,
    params = [],
  }: {
    readonly events: readonly object[];
    readonly expected: ReadonlyMap<string, number | null>;
    readonly params?: readonly unknown[];
  },
): Promise<Row[]> {
  try {
    const both = [JSON.stringify(events), JSON.stringify(Object.fromEntries(expected))];
    return await tx.$queryRawUnsafe<Row[]>(sql, ...both, ...params);
  } catch (error) {
    if (isLostRace(error))
      throw new ConcurrencyError(`another transaction appended first to ${[...expected.keys()].join(', ')}`, {
        cause: error,
      });
    throw error;
  }
}
