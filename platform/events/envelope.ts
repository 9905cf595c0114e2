import { z } from 'zod';
import type { EventEnvelope, EventMetadata } from './defineEvent.ts';

/** A row of `platform.event` as `eventColumns` selects it. */
export interface EventRow {
  readonly event_id: string;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly event_version: string;
  readonly data: unknown;
  readonly metadata: Pick<EventMetadata, 'causationId' | 'correlationId' | 'traceparent' | 'actor' | 'onBehalfOf'>;
  readonly feed: string | null;
  readonly feed_version: number | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * The columns of an `EventRow`, for a select over `platform.event e`. The time comes in milliseconds, because `pg` and
 * Prisma disagree about time zones.
 */
export const eventColumns = `e.event_id, e.stream, e.version, e.type, e.event_version, e.data, e.metadata, e.feed, e.feed_version,
  (extract(epoch from e.at) * 1000)::float8 as at`;

export function toEnvelope(row: EventRow, source: string): EventEnvelope {
  return {
    eventId: row.event_id,
    eventType: row.type,
    version: row.event_version,
    timestamp: new Date(row.at).toISOString(),
    source,
    data: row.data,
    metadata: {
      aggregateId: row.stream,
      aggregateVersion: row.version,
      ...(row.feed !== null && row.feed_version !== null ? { feed: row.feed, feedVersion: row.feed_version } : {}),
      ...row.metadata,
    },
  };
}

const envelope = z.object({
  eventId: z.uuid(),
  eventType: z.string().min(1),
  version: z.string().regex(/^\d+\.\d+$/),
  timestamp: z.iso.datetime({ offset: true }),
  source: z.string(),
  data: z.unknown(),
  metadata: z.object({
    aggregateId: z.string().min(1),
    aggregateVersion: z.int().positive(),
    feed: z.string().optional(),
    feedVersion: z.int().positive().optional(),
    causationId: z.string(),
    correlationId: z.string(),
    traceparent: z.string(),
    actor: z.string(),
    onBehalfOf: z.string().optional(),
  }),
});

export type ParsedEnvelope =
  { readonly kind: 'valid'; readonly envelope: EventEnvelope } | { readonly kind: 'invalid'; readonly reason: string };

/**
 * Checks that a message from the bus is an event envelope. Its `data` is not looked at here: `checkMessage` checks it
 * against the schema of its own event.
 */
export function parseEnvelope(value: unknown): ParsedEnvelope {
  const parsed = envelope.safeParse(value);
  return parsed.success
    ? { kind: 'valid', envelope: parsed.data }
    : { kind: 'invalid', reason: `not an event envelope: ${issuesOf(parsed.error)}` };
}

/** Says what is wrong, by paths and messages only: the offending values could be personal data, and are left out. */
export const issuesOf = (error: z.ZodError): string =>
  error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || '(root)'}: ${issue.message}`)
    .join('; ');

export const majorOf = (version: string): string => version.split('.')[0] ?? '';

/** The topic to which a domain's events of a version are published, such as `orders.v1`. */
export const topicOf = (domain: string, version: string): string => `${domain}.v${majorOf(version)}`;
