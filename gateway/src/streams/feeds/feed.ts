import type { Logger } from 'pino';
import { versionIn, type FeedAddress, type FeedEvent } from './feedAddress.ts';
import type { FeedPage, FeedReader } from './feedReader.ts';
import type { ResyncReason } from '../eventQueue.ts';
import { EventRing } from './eventRing.ts';
import { FewSet } from '../fewSet.ts';

/** Receives the events of a feed: each version once and in order, without gaps, or else a call of `lost`. */
export interface FeedFollower {
  event(event: FeedEvent): void;
  /**
   * Called instead of events that cannot be had: the next event does not follow on the last one, so the follower has to
   * read the present state.
   */
  lost(reason: ResyncReason): void;
}

/** What all feeds of a hub share. */
export interface FeedParts {
  /**
   * Reads missing events from the owning domain. Without it gaps cannot be filled, and the feed is taken to begin with
   * the first event that is heard.
   */
  readonly reader: FeedReader | undefined;
  /**
   * Milliseconds to wait for a missing event before it is read from the domain. The events of a feed may come from
   * several partitions of the bus, so one can arrive later than the event after it.
   */
  readonly gapMs: number;
  /** How many of the latest events are kept for clients that resume. */
  readonly ringSize: number;
  /** Called with the change, in bytes, of how much is kept. */
  onKept(bytes: number): void;
  readonly log: Logger;
}

/** The epoch in the cursors of a feed whose domain cannot be asked for the real one. */
const noEpoch = '0';
const pageSize = 256;
const fillTries = 5;

/**
 * One feed as this process hears it. The bus delivers events at least once, and in no particular order across
 * partitions; this turns them into a contiguous sequence. It waits a moment for an event that is missing, then reads it
 * from the owning domain. While nobody follows the feed, it only keeps the latest events.
 */
export class Feed {
  readonly address: FeedAddress;
  readonly #parts: FeedParts;
  readonly #followers = new FewSet<FeedFollower>();
  /** While the feed is followed, the last event in here is the one at `#head`. */
  readonly #ring: EventRing;
  /**
   * The version up to which the followers have been told everything, or which the feed had when following began.
   * Undefined while nobody follows, or before the domain has answered.
   */
  #head: number | undefined;
  #epoch = noEpoch;
  /** Events that were heard although one before them is missing, by version; undefined while there are none. */
  #outOfOrder: Map<number, FeedEvent> | undefined;
  /** The highest version that the domain has said it has. */
  #knownVersion = 0;
  #starting: Promise<void> | undefined;
  /**
   * Grows each time the last follower leaves. A call to the domain that was begun before that can tell that its answer
   * is outdated.
   */
  #followRound = 0;
  #gapTimer: NodeJS.Timeout | undefined;
  #fillingGap = false;

  constructor(address: FeedAddress, parts: FeedParts) {
    this.address = address;
    this.#parts = parts;
    this.#ring = new EventRing(parts);
  }

  get head(): number | undefined {
    return this.#head;
  }

  get epoch(): string {
    return this.#epoch;
  }

  get followed(): boolean {
    return this.#followers.size > 0;
  }

  /** Whether no event is kept. */
  get isEmpty(): boolean {
    return this.#ring.isEmpty;
  }

  /**
   * Adds a follower. Resolves when it will miss no later event; `head` is set then, if the domain can be asked. Rejects
   * if the domain does not answer. `after`: the version that the follower has already, if any.
   */
  async follow(follower: FeedFollower, after?: number): Promise<void> {
    this.#followers.add(follower);
    if (this.#head === undefined && !this.#starting) {
      const starting = this.#start(after, this.#followRound).finally(() => {
        if (this.#starting === starting) this.#starting = undefined;
      });
      this.#starting = starting;
    }
    await this.#starting;
  }

  unfollow(follower: FeedFollower): void {
    this.#followers.delete(follower);
    if (this.followed) return;
    // The next follower starts afresh, since events may be missed until then. The latest events stay: they are
    // contiguous.
    clearTimeout(this.#gapTimer);
    this.#gapTimer = undefined;
    this.#followRound += 1;
    this.#starting = undefined;
    this.#head = undefined;
    this.#knownVersion = 0;
    this.#outOfOrder = undefined;
  }

  /** Takes an event from the bus. */
  hear(event: FeedEvent): void {
    if (!this.followed) this.#ring.keep(event);
    else if (this.#head === undefined && this.#starting) this.#setAside(event);
    else {
      this.#head ??= event.version - 1;
      if (event.version <= this.#head) return;
      if (event.version === this.#head + 1 && !this.#isMissing) return this.#deliver(event);
      this.#setAside(event);
      this.#advance();
    }
  }

  /**
   * Takes the version and epoch that the domain reports. Events up to that version that were not heard are then read,
   * and another epoch makes the followers start over.
   */
  takeVersion({ epoch, version }: Pick<FeedPage, 'epoch' | 'version'>): void {
    if (this.#head === undefined || this.#starting) return;
    if (epoch !== this.#epoch) this.#beginAnew(epoch, version);
    this.#knownVersion = Math.max(this.#knownVersion, version);
    this.#advance();
  }

  /**
   * Asks the domain whether the feed has a version that this process has not heard of yet, since another process may
   * have heard it first. If it has, the missing events are fetched. Rejects when the domain cannot be asked.
   */
  async hasVersion(version: number): Promise<boolean> {
    const epoch = this.#epoch;
    const page = await this.#parts.reader?.read(this.address, 0, 0);
    if (!page) return false;
    this.takeVersion(page);
    return page.epoch === epoch && page.version >= version;
  }

  /**
   * The events above `after`, up to and including `upTo`, from memory or from the domain; or the reason why they cannot
   * be had. Rejects when the domain cannot be asked.
   */
  async between(after: number, upTo: number): Promise<readonly FeedEvent[] | ResyncReason> {
    const kept = this.#ring.between(after, upTo);
    if (kept) return kept;
    if (!this.#parts.reader) return 'gap';
    const { epoch, version, events } = await this.#parts.reader.read(
      this.address,
      after,
      Math.min(upTo - after, pageSize),
    );
    if (epoch !== this.#epoch) {
      this.takeVersion({ epoch, version });
      return 'epoch-changed';
    }
    const read = events.map((event) => this.#toFeedEvent(event)).filter(({ version }) => version <= upTo);
    return isContiguous(read, after) && read.length === upTo - after ? read : 'expired';
  }

  /** Drops the events that are kept. */
  forget(): void {
    this.#ring.forget();
  }

  async #start(after: number | undefined, followRound: number): Promise<void> {
    const { reader } = this.#parts;
    if (!reader) {
      this.#head = this.#ring.last;
      return;
    }
    // One call answers both questions: which version the feed has, and what the client that resumes has missed.
    const page = await reader.read(this.address, after ?? 0, after === undefined ? 0 : this.#parts.ringSize);
    if (followRound !== this.#followRound) return;
    if ((this.#epoch !== noEpoch && page.epoch !== this.#epoch) || this.#ring.last !== page.version) this.forget();
    this.#epoch = page.epoch;
    this.#head = page.version;
    const missed = page.events.map((event) => this.#toFeedEvent(event));
    if (
      this.#ring.isEmpty &&
      after !== undefined &&
      isContiguous(missed, after) &&
      missed.at(-1)?.version === page.version
    )
      missed.forEach((event) => this.#ring.keep(event));
    for (const version of this.#outOfOrder?.keys() ?? [])
      if (version <= page.version) this.#outOfOrder!.delete(version);
    this.#advance();
  }

  /** Delivers the events that follow on the last one. If one is missing, starts the timer after which it is read. */
  #advance(): void {
    for (;;) {
      const next = this.#outOfOrder?.get(this.#head! + 1);
      if (!next) break;
      this.#outOfOrder!.delete(next.version);
      this.#deliver(next);
    }
    if (this.#outOfOrder?.size === 0) this.#outOfOrder = undefined;
    if (!this.#isMissing) {
      clearTimeout(this.#gapTimer);
      this.#gapTimer = undefined;
    } else if (!this.#fillingGap) this.#gapTimer ??= setTimeout(() => void this.#fillGap(), this.#parts.gapMs).unref();
  }

  get #isMissing(): boolean {
    return this.#head !== undefined && (this.#outOfOrder !== undefined || this.#knownVersion > this.#head);
  }

  #setAside(event: FeedEvent): void {
    this.#outOfOrder ??= new Map();
    this.#outOfOrder.set(event.version, event);
  }

  #deliver(event: FeedEvent): void {
    this.#head = event.version;
    this.#ring.keep(event);
    for (const follower of this.#followers) {
      try {
        follower.event(event);
      } catch (error) {
        this.#parts.log.error({ err: error, feed: this.address.key }, 'a follower of a feed failed');
      }
    }
  }

  async #fillGap(): Promise<void> {
    this.#gapTimer = undefined;
    this.#fillingGap = true;
    let reason: ResyncReason = 'gap';
    try {
      for (let tries = 0; tries < fillTries && this.#isMissing; tries += 1) {
        if (tries > 0)
          await new Promise((resolve) => setTimeout(resolve, this.#parts.gapMs * 2 ** (tries - 1)).unref());
        const outcome = await this.#readMissing();
        if (outcome === 'more') tries = -1;
        else if (outcome !== undefined) reason = outcome;
        if (outcome === 'expired') break;
      }
      if (this.#isMissing) this.#giveUp(reason);
    } finally {
      this.#fillingGap = false;
      if (this.#isMissing) this.#advance();
    }
  }

  /**
   * Reads the events after the head from the domain. Returns `more` if that helped but something may still be missing,
   * undefined if it is settled, and otherwise the reason why the events cannot be had.
   */
  async #readMissing(): Promise<'more' | ResyncReason | undefined> {
    const head = this.#head;
    if (!this.#parts.reader || head === undefined) return 'gap';
    let page: FeedPage;
    try {
      page = await this.#parts.reader.read(this.address, head, pageSize);
    } catch (error) {
      this.#parts.log.warn({ err: error, feed: this.address.key }, 'the missing events of a feed cannot be read');
      return 'gap';
    }
    if (this.#head !== head) return 'more';
    if (page.epoch !== this.#epoch) {
      this.#beginAnew(page.epoch, page.version);
      return undefined;
    }
    const first = page.events[0];
    if (first && versionIn(first, this.address.kind) > head + 1) return 'expired';
    for (const event of page.events) {
      const read = this.#toFeedEvent(event);
      if (read.version > this.#head) this.#setAside(read);
    }
    this.#advance();
    return this.#head > head ? 'more' : 'gap';
  }

  #giveUp(reason: ResyncReason): void {
    this.#head = this.#outOfOrder ? Math.min(...this.#outOfOrder.keys()) - 1 : this.#knownVersion;
    this.forget();
    this.#tellLost(reason);
    this.#advance();
  }

  /** Starts over when the domain's event log has another history, such as after a restore from a backup. */
  #beginAnew(epoch: string, version: number): void {
    this.forget();
    this.#outOfOrder = undefined;
    this.#epoch = epoch;
    this.#head = version;
    this.#knownVersion = version;
    this.#tellLost('epoch-changed');
  }

  #tellLost(reason: ResyncReason): void {
    for (const follower of this.#followers) follower.lost(reason);
  }

  #toFeedEvent(event: FeedPage['events'][number]): FeedEvent {
    return { event, version: versionIn(event, this.address.kind), bytes: JSON.stringify(event).length };
  }
}

const isContiguous = (events: readonly FeedEvent[], after: number): boolean =>
  events.every(({ version }, at) => version === after + 1 + at);
