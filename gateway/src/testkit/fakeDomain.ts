import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import { versionIn, type FeedAddress } from '../streams/feeds/feedAddress.ts';
import type { FeedPage, FeedReader } from '../streams/feeds/feedReader.ts';
import { FakeTail } from './fakeTail.ts';

/**
 * A domain's event log and its bus, in memory: events are published and kept, and can be read by the gRPC calls of a
 * domain.
 */
export class FakeDomain extends FakeTail implements FeedReader {
  /** Whether the bus loses this event. It is in the log nevertheless. */
  loses: (event: EventEnvelope) => boolean = () => false;
  /** If true, reading the log fails. */
  isDown = false;
  /** Events at or below this version are no longer kept. */
  forgotten = 0;
  epoch = 'epoch1';
  reads = 0;
  #events: EventEnvelope[] = [];

  override say(topic: string, value: EventEnvelope): void {
    this.#events.push(value);
    if (!this.loses(value)) super.say(topic, value);
  }

  /** Publishes an event again, as a bus may do. */
  repeat(topic: string, value: EventEnvelope): void {
    super.say(topic, value);
  }

  get said(): readonly EventEnvelope[] {
    return this.#events;
  }

  /** Begins another history, as after the log was restored from a backup. */
  beginAnew(): void {
    this.#events = [];
    this.epoch = `epoch${Number(this.epoch.slice(5)) + 1}`;
    this.loses = () => false;
    this.isDown = false;
    this.forgotten = 0;
  }

  async read(feed: FeedAddress, after: number, limit: number): Promise<FeedPage> {
    this.reads += 1;
    const page = this.#page(feed, after, limit);
    // The answer is computed now and arrives later, so it may be out of date.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.isDown) throw new Error('the domain is down');
    return page;
  }

  #page(feed: FeedAddress, after: number, limit: number): FeedPage {
    const own = this.#events.filter(
      ({ metadata }) => (feed.kind === 'declared' ? metadata.feed : metadata.aggregateId) === feed.key,
    );
    const byVersion = new Map(own.map((event) => [versionIn(event, feed.kind), event]));
    const versions = [...byVersion.keys()].sort((a, b) => a - b);
    const above = versions.filter((version) => version > Math.max(after, this.forgotten)).slice(0, limit);
    return {
      epoch: this.epoch,
      version: versions.at(-1) ?? 0,
      events: above.map((version) => byVersion.get(version)!),
    };
  }
}
