import type { Logger } from 'pino';
import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import type { EventTail } from '../gatewayRuntime.ts';

/** An event as one feed has it. */
export interface FeedEvent {
  readonly event: EventEnvelope;
  /** The domain's topic; versions of one feed are comparable within it. */
  readonly topic: string;
  /** Counts from 1 without gaps, within the feed. */
  readonly version: number;
}

export type FeedListener = (event: FeedEvent) => void;

/** A feed of one domain: two domains may each have a `store:17`. */
const keyOf = (topic: string, feed: string): string => `${topic} ${feed}`;

const isEnvelope = (value: unknown): value is EventEnvelope =>
  typeof value === 'object' && value !== null && 'eventType' in value && 'metadata' in value && typeof value.metadata === 'object' && value.metadata !== null;

/**
 * What a process hears from the bus, handed to those who follow a feed. One tail per topic, however many channels and clients there are.
 * An event belongs to its declared feed and to its aggregate. Listeners are called in the order of the bus, at least once per event.
 */
export class StreamHub {
  readonly #bus: EventTail;
  readonly #log: Logger;
  readonly #tails = new Map<string, Promise<{ close(): Promise<void> }>>();
  readonly #listeners = new Map<string, Set<FeedListener>>();

  constructor(bus: EventTail, log: Logger) {
    this.#bus = bus;
    this.#log = log;
  }

  /** Resolves when everything published to these topics from now on is heard. */
  async listen(topics: Iterable<string>): Promise<void> {
    for (const topic of topics) {
      if (!this.#tails.has(topic)) this.#tails.set(topic, this.#bus.tail([topic], ({ value }) => this.#hear(topic, value)));
    }
    await Promise.all(this.#tails.values());
  }

  /** Calls `listener` for each event of a feed until the returned function is called. */
  follow(topics: readonly string[], feed: string, listener: FeedListener): () => void {
    const keys = topics.map((topic) => keyOf(topic, feed));
    for (const key of keys) {
      const listeners = this.#listeners.get(key) ?? new Set();
      this.#listeners.set(key, listeners.add(listener));
    }
    return () => {
      for (const key of keys) {
        const listeners = this.#listeners.get(key);
        listeners?.delete(listener);
        if (listeners?.size === 0) this.#listeners.delete(key);
      }
    };
  }

  #hear(topic: string, event: unknown): void {
    if (!isEnvelope(event)) return;
    const { aggregateId, aggregateVersion, feed, feedVersion } = event.metadata;
    this.#tell(topic, aggregateId, { event, topic, version: aggregateVersion });
    if (feed !== undefined && feedVersion !== undefined && feed !== aggregateId) this.#tell(topic, feed, { event, topic, version: feedVersion });
  }

  #tell(topic: string, feed: string, event: FeedEvent): void {
    for (const listener of this.#listeners.get(keyOf(topic, feed)) ?? []) {
      try {
        listener(event);
      } catch (error) {
        this.#log.error({ err: error, feed }, 'a listener of a feed failed');
      }
    }
  }

  async close(): Promise<void> {
    const tails = await Promise.allSettled(this.#tails.values());
    this.#tails.clear();
    await Promise.all(tails.flatMap((tail) => (tail.status === 'fulfilled' ? [tail.value.close()] : [])));
  }
}

const hubs = new WeakMap<EventTail, { hub: StreamHub; users: number }>();

/** The one hub of a bus in this process. Each user calls `release` once; the last one closes the tails. */
export function acquireHub(bus: EventTail, log: Logger): { readonly hub: StreamHub; release(): Promise<void> } {
  const entry = hubs.get(bus) ?? { hub: new StreamHub(bus, log), users: 0 };
  hubs.set(bus, entry);
  entry.users += 1;
  return {
    hub: entry.hub,
    async release() {
      entry.users -= 1;
      if (entry.users > 0) return;
      hubs.delete(bus);
      await entry.hub.close();
    },
  };
}
