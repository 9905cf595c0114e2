import { Code, ConnectError } from '@connectrpc/connect';
import type pg from 'pg';
import { TimelineService } from '#generated/proto/drburger/platform/v1/timeline_pb.ts';
import type { Domain } from '#platform/domain/domain.ts';
import { isId } from '#platform/domain/id.ts';
import { service, type RpcService } from '#platform/rpc/service.ts';
import { traceIdOf } from '#platform/telemetry/trace.ts';
import { operatorServices } from '#schema/services.ts';
import type { SagaDefinition } from './defineSubgraph.ts';

/**
 * How a domain finds what it has noted about an order, a membership or an order from a vendor. Each part is a query
 * whose $1 is the ids of the object (`uuid[]`), and which reads by a key or an index. None may tell anything personal.
 */
export interface Timeline {
  /**
   * The streams of the object's events: `stream`, and `version`, which is null where all events of the stream are
   * about the object, and else says which one is.
   */
  readonly events?: string;
  /**
   * What else is noted: `kind` (see `TimelineEntry` in timeline.proto), `name`, `at`, `ended_at`, `outcome`, `detail`.
   */
  readonly records?: string;
  /** Other ids under which other domains know the object: `id`. */
  readonly references?: string;
  /** The store of the object, if this domain owns it and managers may see it: `store_id`. */
  readonly store?: string;
}

export interface TimelineEntry {
  readonly kind: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly endedAt?: number | undefined;
  readonly outcome?: string | undefined;
  readonly detail?: string | undefined;
  readonly actor?: string | undefined;
  readonly onBehalfOf?: string | undefined;
  readonly traceId?: string | undefined;
}

const mostIds = 200;
const mostEntries = 500;

type TimelineOf = Pick<Domain, 'pool'>;

/** The gRPC service by which every subgraph tells the channel of staff what became of an order. */
export function timelineService(
  { pool }: TimelineOf,
  timeline: Timeline = {},
  sagas: readonly Pick<SagaDefinition<never>, 'history'>[] = [],
): RpcService {
  return service(TimelineService, operatorServices, {
    async readTimeline({ ids }) {
      if (ids.length > mostIds || !ids.every(isId))
        throw new ConnectError(`ids must be ${mostIds} UUIDs in lower case at most`, Code.InvalidArgument);
      const [events, records, references, stores, ...histories] = await Promise.all([
        timeline.events === undefined ? [] : eventsOf(pool, timeline.events, ids),
        timeline.records === undefined ? [] : recordsOf(pool, timeline.records, ids),
        timeline.references === undefined ? [] : rowsOf<{ id: string }>(pool, timeline.references, ids),
        timeline.store === undefined ? [] : rowsOf<{ store_id: string }>(pool, timeline.store, ids),
        ...sagas.flatMap((saga) => ids.map((id) => saga.history(id))),
      ]);
      const entries = [...events, ...records, ...histories.flat()].sort((a, b) => b.at - a.at);
      return {
        entries: entries.slice(0, mostEntries),
        cut: entries.length > mostEntries,
        references: references.map(({ id }) => id),
        storeId: stores[0]?.store_id ?? '',
      };
    },
  });
}

async function rowsOf<Row extends object>(pool: pg.Pool, query: string, ids: readonly string[]): Promise<Row[]> {
  const { rows } = await pool.query<Row>(`select * from (${query}) as t limit ${mostEntries + 1}`, [ids]);
  return rows;
}

/** Codes are told, and any other text is not: what an event says in sentences could be about a person. */
const code = /^[A-Za-z][\w.:-]{0,63}$/;
export const codeOf = (value: unknown): string | undefined =>
  typeof value === 'string' && code.test(value) ? value : undefined;

interface EventRow {
  readonly type: string;
  readonly at: number;
  readonly outcome: string | null;
  readonly reason: string | null;
  readonly metadata: { readonly actor?: string; readonly onBehalfOf?: string; readonly traceparent?: string };
}

async function eventsOf(pool: pg.Pool, streams: string, ids: readonly string[]): Promise<TimelineEntry[]> {
  const { rows } = await pool.query<EventRow>(
    `select e.type, (extract(epoch from e.at) * 1000)::float8 as at, e.metadata,
       coalesce(e.data ->> 'to', e.data ->> 'outcome', e.data ->> 'what', e.data ->> 'status', e.data ->> 'kind')
         as outcome,
       e.data ->> 'reason' as reason
     from (${streams}) as s
     join platform.event e on e.stream = s.stream and (s.version is null or e.version = s.version)
     order by e.position desc limit ${mostEntries + 1}`,
    [ids],
  );
  return rows.map(({ type, at, outcome, reason, metadata }) => ({
    kind: 'EVENT',
    name: type,
    at,
    outcome: codeOf(outcome),
    detail: codeOf(reason),
    actor: actorWithoutPerson(metadata.actor),
    onBehalfOf: metadata.onBehalfOf && actorWithoutPerson(metadata.onBehalfOf),
    traceId: metadata.traceparent && traceIdOf(metadata.traceparent),
  }));
}

/** Of a person or a device only that it was one: `user`. */
const actorWithoutPerson = (actor = ''): string => (actor.startsWith('service:') ? actor : actor.split(':')[0]!);

interface RecordRow {
  readonly kind: string;
  readonly name: string;
  readonly at: Date;
  readonly ended_at: Date | null;
  readonly outcome: string | null;
  readonly detail: string | null;
}

async function recordsOf(pool: pg.Pool, query: string, ids: readonly string[]): Promise<TimelineEntry[]> {
  const rows = await rowsOf<RecordRow>(pool, query, ids);
  return rows.map(({ kind, name, at, ended_at, outcome, detail }) => ({
    kind,
    name,
    at: at.getTime(),
    endedAt: ended_at?.getTime(),
    outcome: outcome ?? undefined,
    detail: detail ?? undefined,
  }));
}
