import type { z } from 'zod';

/**
 * The company's event envelope. `data` is checked against the event's schema when the event is made and again when it
 * is consumed. Events are ordered within an aggregate (`aggregateVersion`) and within a feed (`feedVersion`); both
 * count from 1 without gaps.
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
  /** Who caused the event, as `<kind>:<subject>`; the subject is an id, never a person's name. */
  readonly actor: string;
  /**
   * For whom they acted, as `<kind>:<subject>`: a service for the customer whose order it takes further, a person of
   * support for a customer. Absent when it was for themselves.
   */
  readonly onBehalfOf?: string;
}

export interface EventDefinition<Name extends string = string, Data = unknown> {
  readonly name: Name;
  readonly domain: string;
  readonly version: string;
  /** `<domain>.v<major>`. */
  readonly topic: string;
  readonly schema: z.ZodType<Data>;
  // These are methods, not function properties, because TypeScript checks methods' parameters less strictly: so a
  // definition with data of any type can be passed where `EventDefinition<string, unknown>` is wanted.
  aggregate(data: Data): string;
  feed?(data: Data): string;
  logged?(data: Data): Readonly<Record<string, string | null>>;
  /** Makes a new event of checked data. It has no id yet: the event log gives it one when it is appended. */
  of(data: Data): NewEvent<Name, Data>;
}

export interface NewEvent<Name extends string = string, Data = unknown> {
  readonly definition: EventDefinition<Name, Data>;
  readonly data: Data;
}

/** The data type of an event definition. */
export type DataOf<D> = D extends EventDefinition<string, infer Data> ? Data : never;

/**
 * Declares an event. Its name is in the past tense and begins with the domain's prefix; its properties are camelCase
 * and hold no personal data. `aggregate` and `feed` compute the ids of its stream and of its feed (a sequence over many
 * aggregates, such as all orders of a store) from the data; a feed's versions have no gaps, so that a subscriber can
 * prove it missed nothing. `logged` picks what the log line of each such event shows to operators: ids of things and
 * codes, never those of a person.
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
