import type { EventDefinition, EventEnvelope } from '#platform/events/defineEvent.ts';
import type { StreamDeclaration } from '../../graph/streamDeclaration.ts';

/** A feed of one domain, as its event log counts it. */
export interface FeedAddress {
  readonly domain: string;
  /** Where its events are published. */
  readonly topic: string;
  /** `declared`: the events that declare it. `aggregate`: all events of one aggregate. */
  readonly kind: 'declared' | 'aggregate';
  /** Such as `store:17`, `order:42`. */
  readonly key: string;
}

/** Two domains may each have a `store:17`, and a domain both an aggregate and a feed of one name. */
export const addressKey = ({ topic, kind, key }: FeedAddress): string => `${topic} ${kind} ${key}`;

/** An event as one feed has it. */
export interface FeedEvent {
  readonly event: EventEnvelope;
  /** Counts from 1 without gaps, within the feed. */
  readonly version: number;
  /** About what it takes as JSON. */
  readonly bytes: number;
}

/** The place of an event in a feed. @throws if it is not in it */
export function versionIn(event: EventEnvelope, kind: FeedAddress['kind']): number {
  const version = kind === 'declared' ? event.metadata.feedVersion : event.metadata.aggregateVersion;
  if (version === undefined) throw new Error(`${event.eventType} ${event.eventId} has no feed`);
  return version;
}

const kindOf = (template: string): string => template.split(':')[0] ?? '';
/** Property names instead of values are enough to see which kind of feed a template makes. */
const anyData: object = new Proxy({}, { get: (_target, key) => `<${String(key)}>` });

/**
 * What the feed of a declared stream counts by, from the definitions of its events. A feed that any of them declares is
 * a declared one, else it is an aggregate's own stream.
 * @throws if the events are not of one domain: versions of several logs make no order
 */
export function feedOf(
  declaration: StreamDeclaration,
  events: ReadonlyMap<string, EventDefinition>,
): Omit<FeedAddress, 'key'> | undefined {
  const known = declaration.events.flatMap((name) => events.get(name) ?? []);
  const [first] = known;
  if (!first) return undefined;
  if (known.some(({ topic }) => topic !== first.topic))
    throw new Error(`Subscription.${declaration.field} streams events of several topics: a feed is of one.`);
  const declared = known.some(
    (event) => event.feed !== undefined && kindOf(event.feed(anyData)) === kindOf(declaration.feed),
  );
  return { domain: first.domain, topic: first.topic, kind: declared ? 'declared' : 'aggregate' };
}
