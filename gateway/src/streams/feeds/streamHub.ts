import type { Logger } from 'pino';
import type { EventEnvelope, EventMetadata } from '#platform/events/defineEvent.ts';
import type { EventTail } from './eventTail.ts';
import { addressKey, type FeedAddress } from './feedAddress.ts';
import { Feed, type FeedFollower } from './feed.ts';
import type { FeedReader } from './feedReader.ts';

export interface HubOptions {
  /** Where what was missed is read. */
  readonly reader?: FeedReader;
  readonly log: Logger;
  /** See `FeedParts.gapMs`; 250. */
  readonly gapMs?: number;
  /**
   * How often the domains are asked how far the followed feeds are, in case the bus lost something without anything
   * coming after it; 30 s.
   */
  readonly sweepMs?: number;
  /** Events kept of each feed for those who come back; 64. */
  readonly ringSize?: number;
  /** Bytes of all that is kept; 32 MiB. */
  readonly maxKeptBytes?: number;
}

/** A followed feed. */
export interface Following extends Pick<Feed, 'head' | 'epoch' | 'between' | 'knows'> {
  /** Resolves when nothing can be missed any more. Rejects when the owning domain cannot be asked. */
  readonly ready: Promise<void>;
  stop(): void;
}

/**
 * Of the feeds that are to be asked about, so many at once, with a pause: all at once they would hold up everybody, and
 * the domains.
 */
const askAtOnce = 200;
const askPauseMs = 100;

const counts = (version: unknown): boolean => Number.isSafeInteger(version) && Number(version) > 0;

/**
 * As much of an envelope as places it in feeds: one without a version would stand nowhere, and what comes after it
 * neither.
 */
function isEnvelope(value: unknown): value is EventEnvelope {
  if (typeof value !== 'object' || value === null || !('eventType' in value) || !('metadata' in value)) return false;
  const metadata = value.metadata as Partial<Record<keyof EventMetadata, unknown>> | null | undefined;
  if (typeof metadata?.aggregateId !== 'string' || !counts(metadata.aggregateVersion)) return false;
  const { feed, feedVersion } = metadata;
  return (feed === undefined || typeof feed === 'string') && (feedVersion === undefined || counts(feedVersion));
}

/**
 * What a process hears from the bus, handed to those who follow a feed: each version once, in order. One tail per
 * topic, however many channels and clients there are. An event belongs to its declared feed and to its aggregate.
 */
export class StreamHub {
  readonly #bus: EventTail;
  readonly #options: Required<Omit<HubOptions, 'reader'>> & Pick<HubOptions, 'reader'>;
  readonly #tails = new Map<string, Promise<{ close(): Promise<void> }>>();
  /** Those heard last come last. */
  readonly #feeds = new Map<string, Feed>();
  readonly #sweep: NodeJS.Timeout;
  /** Still to be asked about in this round. */
  #unasked: Feed[] = [];
  /** Topics of which something was said to be no event; once is enough. */
  readonly #strange = new Set<string>();
  #keptBytes = 0;

  constructor(bus: EventTail, options: HubOptions) {
    this.#bus = bus;
    this.#options = { gapMs: 250, sweepMs: 30_000, ringSize: 64, maxKeptBytes: 32 * 1024 * 1024, ...options };
    this.#sweep = setInterval(() => this.#askAll(), this.#options.sweepMs).unref();
  }

  /**
   * Resolves when everything published to these topics from now on is heard. What could not be heard is tried again the
   * next time.
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

  /** Tells `follower` of a feed until it is stopped. `after`: the version it has. */
  follow(address: FeedAddress, follower: FeedFollower, after?: number): Following {
    const feed = this.#feedAt(address);
    const ready = feed.follow(follower, after);
    return {
      ready,
      get head() {
        return feed.head;
      },
      get epoch() {
        return feed.epoch;
      },
      between: (from, upTo) => feed.between(from, upTo),
      knows: (version) => feed.knows(version),
      stop: () => {
        feed.unfollow(follower);
        const key = addressKey(address);
        if (!feed.followed && feed.isEmpty && this.#feeds.get(key) === feed) this.#feeds.delete(key);
      },
    };
  }

  #feedAt(address: FeedAddress): Feed {
    const key = addressKey(address);
    const feed =
      this.#feeds.get(key) ??
      new Feed({
        ...this.#options,
        address,
        reader: this.#options.reader,
        onKept: (bytes) => {
          this.#keptBytes += bytes;
        },
      });
    this.#feeds.delete(key);
    this.#feeds.set(key, feed);
    return feed;
  }

  #hear(topic: string, event: unknown): void {
    if (!isEnvelope(event)) {
      if (!this.#strange.has(topic))
        this.#options.log.warn(
          { topic },
          'what a topic says is no event that has a place in a feed: it is ignored, and so is what is like it from now on',
        );
      this.#strange.add(topic);
      return;
    }
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

  /** Bounded: lets go of what was not heard of the longest. */
  #trim(): void {
    if (this.#keptBytes <= this.#options.maxKeptBytes) return;
    for (const [key, feed] of this.#feeds) {
      feed.forget();
      if (!feed.followed) this.#feeds.delete(key);
      if (this.#keptBytes <= this.#options.maxKeptBytes) return;
    }
  }

  #askAll(): void {
    if (!this.#options.reader || this.#unasked.length > 0) return;
    this.#unasked = [...this.#feeds.values()].filter(({ followed }) => followed);
    this.#askSome(this.#options.reader);
  }

  #askSome(reader: FeedReader): void {
    for (const feed of this.#unasked.splice(0, askAtOnce)) {
      if (!feed.followed || feed.head === undefined) continue;
      reader.read(feed.address, 0, 0).then(
        (page) => feed.expect(page),
        (error: unknown) =>
          this.#options.log.debug({ err: error, feed: feed.address.key }, 'how far a feed is cannot be read'),
      );
    }
    if (this.#unasked.length > 0) setTimeout(() => this.#askSome(reader), askPauseMs).unref();
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

/** The one hub of a bus in this process. Each user calls `release`; the last one closes the tails. */
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
