import type { z } from 'zod';

/**
 * The company's envelope. `data` is checked against the event's schema when it is written and when it is heard. Order
 * holds within an aggregate (`aggregateVersion`) and within a feed (`feedVersion`); both count from 1 without gaps.
 */
export interface EventEnvelope<Data = unknown> {
  /** UUIDv7; the same on every delivery. */
  readonly eventId: string;
  readonly eventType: string;
  /** `major.minor` of the payload schema. */
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  /** `<domain>-service`. */
  readonly source: string;
  readonly data: Data;
  readonly metadata: EventMetadata;
}

export interface EventMetadata {
  readonly aggregateId: string;
  readonly aggregateVersion: number;
  /** The declared feed, such as `store:17`; absent when the event has none. */
  readonly feed?: string;
  readonly feedVersion?: number;
  /** Id of the event or command that caused this one. */
  readonly causationId: string;
  /** Shared by everything that follows from one request. */
  readonly correlationId: string;
  /** W3C trace context of the request that began it all. */
  readonly traceparent: string;
  /** `<kind>:<subject>` of who did it; an id, never a name. */
  readonly actor: string;
}

export interface EventDefinition<Name extends string = string, Data = unknown> {
  readonly name: Name;
  readonly domain: string;
  readonly version: string;
  /** `<domain>.v<major>`. */
  readonly topic: string;
  readonly schema: z.ZodType<Data>;
  // Methods, not function properties: a definition of any data must pass where one of unknown data is asked for.
  aggregate(data: Data): string;
  feed?(data: Data): string;
  logged?(data: Data): Readonly<Record<string, string | null>>;
  /** A new fact, checked, without an identity yet: the event log gives it one when it is appended. */
  of(data: Data): NewEvent<Name, Data>;
}

export interface NewEvent<Name extends string = string, Data = unknown> {
  readonly definition: EventDefinition<Name, Data>;
  readonly data: Data;
}

/** The data type of an event definition. */
export type DataOf<D> = D extends EventDefinition<string, infer Data> ? Data : never;

/**
 * Declares an event: one in the past tense, with its domain's prefix, camelCase properties and no personal data.
 * `aggregate` and `feed` are templates over the data; the feed's versions are contiguous, so that a stream over many
 * aggregates can prove it has no gap. `logged` is for what operators follow: ids of things and codes, never a person's,
 * that stand in the line which the log has of each such event.
 */
export function defineEvent<const Name extends string, Schema extends z.ZodType>(event: {
  name: Name;
  domain: string;
  version: string;
  schema: Schema;
  aggregate: (data: z.output<Schema>) => string;
  feed?: (data: z.output<Schema>) => string;
  logged?: (data: z.output<Schema>) => Readonly<Record<string, string | null>>;
}): EventDefinition<Name, z.output<Schema>> {
  const definition: EventDefinition<Name, z.output<Schema>> = {
    ...event,
    schema: event.schema as z.ZodType<z.output<Schema>>,
    topic: `${event.domain}.v${event.version.split('.')[0]}`,
    of: (data) => ({ definition, data: event.schema.parse(data) as z.output<Schema> }),
  };
  return definition;
}
