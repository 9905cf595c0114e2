import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import { versionIn, type FeedAddress } from '../streams/feeds/feedAddress.ts';
import type { FeedPage, FeedReader } from '../streams/feeds/feedReader.ts';
import { FakeTail } from './fakeTail.ts';

/** A domain's event log and the bus behind it: what is said is kept, and can be read as the owning domain answers. */
export class FakeDomain extends FakeTail implements FeedReader {
  /** Whether the bus loses this event. The log has it all the same. */
  loses: (event: EventEnvelope) => boolean = () => false;
  /** The log cannot be read. */
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

  /** Says again what was said, as a bus may. */
  repeat(topic: string, value: EventEnvelope): void {
    super.say(topic, value);
  }

  get said(): readonly EventEnvelope[] {
    return this.#events;
  }

  /** Another history begins. */
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
    // The answer is of then, and heard later.
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
