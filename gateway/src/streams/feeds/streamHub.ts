import type { Logger } from 'pino';
import type { EventEnvelope, EventMetadata } from '#platform/events/defineEvent.ts';
import type { EventTail } from './eventTail.ts';
import { addressKey, type FeedAddress, type FeedEvent } from './feedAddress.ts';
import type { ResyncReason } from '../eventQueue.ts';
import { Feed, type FeedFollower, type FeedParts } from './feed.ts';
import type { FeedReader } from './feedReader.ts';

export interface HubOptions {
  /** Reads missed events from the domains. Without it, gaps cannot be filled. */
  readonly reader?: FeedReader;
  readonly log: Logger;
  /** See `FeedParts.gapMs`; by default 250 ms. */
  readonly gapMs?: number;
  /**
   * How often the domains are asked for the versions of the followed feeds. This finds an event that the bus lost when
   * no later one shows the gap; by default 30 s.
   */
  readonly sweepMs?: number;
  /** How many events of each feed are kept for clients that resume; by default 64. */
  readonly ringSize?: number;
  /** The bytes of all events that are kept together; by default 32 MiB. */
  readonly maxKeptBytes?: number;
}

/** What a follower has of its feed. It is a class because there may be one for each client. */
export class Following {
  readonly #feed: Feed;
  readonly #follower: FeedFollower;
  readonly #onStop: (feed: Feed) => void;
  /** Resolves when the follower will miss no later event. Rejects when the owning domain cannot be asked. */
  readonly ready: Promise<void>;

  constructor(feed: Feed, follower: FeedFollower, after: number | undefined, onStop: (feed: Feed) => void) {
    this.#feed = feed;
    this.#follower = follower;
    this.#onStop = onStop;
    this.ready = feed.follow(follower, after);
  }

  get head(): number | undefined {
    return this.#feed.head;
  }

  get epoch(): string {
    return this.#feed.epoch;
  }

  /** See `Feed.between`. */
  between(after: number, upTo: number): Promise<readonly FeedEvent[] | ResyncReason> {
    return this.#feed.between(after, upTo);
  }

  /** See `Feed.hasVersion`. */
  hasVersion(version: number): Promise<boolean> {
    return this.#feed.hasVersion(version);
  }

  stop(): void {
    this.#feed.unfollow(this.#follower);
    this.#onStop(this.#feed);
  }
}

/**
 * The domains are asked about this many feeds at once, with a pause between: all at once would delay requests here and
 * load the domains.
 */
const askAtOnce = 200;
const askPauseMs = 100;

const isVersion = (version: unknown): boolean => Number.isSafeInteger(version) && Number(version) > 0;

/**
 * Whether a message of the bus is an event with the metadata that places it in feeds. An event without a version would
 * have no place in any order.
 */
function isEnvelope(value: unknown): value is EventEnvelope {
  if (typeof value !== 'object' || value === null || !('eventType' in value) || !('metadata' in value)) return false;
  const metadata = value.metadata as Partial<Record<keyof EventMetadata, unknown>> | null | undefined;
  if (typeof metadata?.aggregateId !== 'string' || !isVersion(metadata.aggregateVersion)) return false;
  const { feed, feedVersion } = metadata;
  return (feed === undefined || typeof feed === 'string') && (feedVersion === undefined || isVersion(feedVersion));
}

/**
 * Hears the event bus for this process, and passes the events on to the followers of each feed: every version once and
 * in order. There is one tail per topic, however many channels and clients follow. An event belongs to the feed of its
 * aggregate and, if its definition names one, to a declared feed.
 */
export class StreamHub {
  readonly #bus: EventTail;
  readonly #options: Required<Omit<HubOptions, 'reader'>> & Pick<HubOptions, 'reader'>;
  readonly #feedParts: FeedParts;
  readonly #tails = new Map<string, Promise<{ close(): Promise<void> }>>();
  /** Feeds by `addressKey`, least recently heard first. */
  readonly #feeds = new Map<string, Feed>();
  readonly #sweep: NodeJS.Timeout;
  readonly #watchers = new Set<(topic: string, event: EventEnvelope) => void>();
  /** Feeds that the domains are still to be asked about in this round. */
  #unasked: Feed[] = [];
  /** Topics for which a malformed event has been logged; it is logged once per topic. */
  readonly #topicsWarnedOf = new Set<string>();
  #keptBytes = 0;

  constructor(bus: EventTail, options: HubOptions) {
    this.#bus = bus;
    this.#options = { gapMs: 250, sweepMs: 30_000, ringSize: 64, maxKeptBytes: 32 * 1024 * 1024, ...options };
    this.#feedParts = {
      ...this.#options,
      reader: options.reader,
      onKept: (bytes) => {
        this.#keptBytes += bytes;
      },
    };
    this.#sweep = setInterval(() => this.#askDomains(), this.#options.sweepMs).unref();
  }

  /**
   * Listens to topics. Resolves when every event that is published to them from now on is heard. A topic that failed is
   * tried again on the next call.
   */
  async listen(topics: Iterable<string>): Promise<void> {
    for (const topic of topics) {
      if (this.#tails.has(topic)) continue;
      const tail = this.#bus.tail([topic], ({ value }) => this.#hear(topic, value));
      this.#tails.set(topic, tail);
      tail.catch(() => {
        if (this.#tails.get(topic) === tail) this.#tails.delete(topic);
      });
    }
    await Promise.all(this.#tails.values());
  }

  /**
   * Tells the follower about each event of a feed until it is stopped. `after`: the version that the follower has
   * already.
   */
  follow(address: FeedAddress, follower: FeedFollower, after?: number): Following {
    return new Following(this.#feedAt(address), follower, after, this.#leave);
  }

  readonly #leave = (feed: Feed): void => {
    const key = addressKey(feed.address);
    if (!feed.followed && feed.isEmpty && this.#feeds.get(key) === feed) this.#feeds.delete(key);
  };

  /** Tells of every event as it comes, in no order, perhaps more than once. @returns how to end that */
  watch(watcher: (topic: string, event: EventEnvelope) => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  #feedAt(address: FeedAddress): Feed {
    const key = addressKey(address);
    const feed = this.#feeds.get(key) ?? new Feed(address, this.#feedParts);
    this.#feeds.delete(key);
    this.#feeds.set(key, feed);
    return feed;
  }

  #hear(topic: string, event: unknown): void {
    if (!isEnvelope(event)) {
      if (!this.#topicsWarnedOf.has(topic))
        this.#options.log.warn(
          { topic },
          'a message on this topic is not an event with a version: it is ignored, and further ones without a warning',
        );
      this.#topicsWarnedOf.add(topic);
      return;
    }
    for (const watcher of this.#watchers) watcher(topic, event);
    const { aggregateId, aggregateVersion, feed, feedVersion } = event.metadata;
    const domain = topic.slice(0, topic.lastIndexOf('.'));
    const bytes = JSON.stringify(event).length;
    this.#feedAt({ domain, topic, kind: 'aggregate', key: aggregateId }).hear({
      event,
      bytes,
      version: aggregateVersion,
    });
    if (feed !== undefined && feedVersion !== undefined)
      this.#feedAt({ domain, topic, kind: 'declared', key: feed }).hear({ event, bytes, version: feedVersion });
    this.#trim();
  }

  /** Keeps the memory bounded: drops the events of the feeds that were heard least recently. */
  #trim(): void {
    if (this.#keptBytes <= this.#options.maxKeptBytes) return;
    for (const [key, feed] of this.#feeds) {
      feed.forget();
      if (!feed.followed) this.#feeds.delete(key);
      if (this.#keptBytes <= this.#options.maxKeptBytes) return;
    }
  }

  #askDomains(): void {
    if (!this.#options.reader || this.#unasked.length > 0) return;
    this.#unasked = [...this.#feeds.values()].filter(({ followed }) => followed);
    this.#askNextFeeds(this.#options.reader);
  }

  #askNextFeeds(reader: FeedReader): void {
    for (const feed of this.#unasked.splice(0, askAtOnce)) {
      if (!feed.followed || feed.head === undefined) continue;
      reader.read(feed.address, 0, 0).then(
        (page) => feed.takeVersion(page),
        (error: unknown) =>
          this.#options.log.debug({ err: error, feed: feed.address.key }, 'the version of a feed cannot be read'),
      );
    }
    if (this.#unasked.length > 0) setTimeout(() => this.#askNextFeeds(reader), askPauseMs).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    this.#unasked = [];
    const tails = await Promise.allSettled(this.#tails.values());
    this.#tails.clear();
    await Promise.all(tails.flatMap((tail) => (tail.status === 'fulfilled' ? [tail.value.close()] : [])));
  }
}

const hubs = new WeakMap<EventTail, { hub: StreamHub; users: number }>();

/**
 * Returns the hub of a bus: there is one per bus in a process, shared by its channels. Each user calls `release` once
 * done; the last call closes the tails. The options of the first user apply.
 */
export function acquireHub(bus: EventTail, options: HubOptions): { readonly hub: StreamHub; release(): Promise<void> } {
  const entry = hubs.get(bus) ?? { hub: new StreamHub(bus, options), users: 0 };
  hubs.set(bus, entry);
  entry.users += 1;
  let isReleased = false;
  return {
    hub: entry.hub,
    async release() {
      if (isReleased) return;
      isReleased = true;
      entry.users -= 1;
      if (entry.users > 0) return;
      hubs.delete(bus);
      await entry.hub.close();
    },
  };
}
