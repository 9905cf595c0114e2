import type { EventDefinition, EventEnvelope } from '#platform/events/defineEvent.ts';
import type { StreamDeclaration } from '../../graph/streamDeclaration.ts';

/** Identifies a feed: a sequence of events in the log of one domain with version numbers of its own. */
export interface FeedAddress {
  readonly domain: string;
  /** The topic on which its events are published, such as `orders.v1`. */
  readonly topic: string;
  /**
   * `declared`: the events whose definition names this feed (`feed` in `defineEvent`). `aggregate`: all events of one
   * aggregate.
   */
  readonly kind: 'declared' | 'aggregate';
  /** Such as `store:17`, `order:42`. */
  readonly key: string;
}

/**
 * A key that tells all feeds apart. The feed's own key does not: two domains may each have a `store:17`, and a domain
 * may have an aggregate and a declared feed of the same name.
 */
export const addressKey = ({ topic, kind, key }: FeedAddress): string => `${topic} ${kind} ${key}`;

/** An event with its place in one feed. */
export interface FeedEvent {
  readonly event: EventEnvelope;
  /** The event's number in the feed. Numbers start at 1 and have no gaps. */
  readonly version: number;
  /** About the length of its JSON. */
  readonly bytes: number;
}

/** The version of an event in its declared feed or in its aggregate. @throws if it is not in such a feed */
export function versionIn(event: EventEnvelope, kind: FeedAddress['kind']): number {
  const version = kind === 'declared' ? event.metadata.feedVersion : event.metadata.aggregateVersion;
  if (version === undefined) throw new Error(`${event.eventType} ${event.eventId} has no version in such a feed`);
  return version;
}

const kindOf = (template: string): string => template.split(':')[0] ?? '';
/**
 * Stands for the data of any event. To see which kind of feed a template makes, names of properties do as well as their
 * values.
 */
const anyData: object = new Proxy({}, { get: (_target, key) => `<${String(key)}>` });

/**
 * Finds the kind of feed that a declared stream follows, from the definitions of its events: a declared feed if any of
 * the events declares it, otherwise the aggregate's own. Undefined if none of the events is known.
 * @throws if the events belong to several topics, since versions of several logs have no common order
 */
export function feedOf(
  declaration: StreamDeclaration,
  events: ReadonlyMap<string, EventDefinition>,
): Omit<FeedAddress, 'key'> | undefined {
  const known = declaration.events.flatMap((name) => events.get(name) ?? []);
  const [first] = known;
  if (!first) return undefined;
  if (known.some(({ topic }) => topic !== first.topic))
    throw new Error(
      `Subscription.${declaration.field} streams events of several topics: all events of a feed must be of one topic.`,
    );
  const declared = known.some(
    (event) => event.feed !== undefined && kindOf(event.feed(anyData)) === kindOf(declaration.feed),
  );
  return { domain: first.domain, topic: first.topic, kind: declared ? 'declared' : 'aggregate' };
}
