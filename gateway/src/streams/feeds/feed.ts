import type { Logger } from 'pino';
import { versionIn, type FeedAddress, type FeedEvent } from './feedAddress.ts';
import type { FeedPage, FeedReader } from './feedReader.ts';
import type { ResyncReason } from '../eventQueue.ts';
import { EventRing } from './eventRing.ts';

/** Hears a feed: each version once, in order, without a gap, or that it is lost. */
export interface FeedFollower {
  event(event: FeedEvent): void;
  /** What comes next does not follow on what came before, and what is between cannot be had. */
  lost(reason: ResyncReason): void;
}

export interface FeedParts {
  readonly address: FeedAddress;
  /** Without it a gap cannot be filled, and where the feed begins is taken as it comes. */
  readonly reader: FeedReader | undefined;
  /** A feed spans partitions: how long an event may come later than the one after it. */
  readonly gapMs: number;
  /** Events kept for those who come back. */
  readonly ringSize: number;
  /** Bytes more, or fewer, that are kept. */
  readonly onKept: (bytes: number) => void;
  readonly log: Logger;
}

/** In the position of a feed whose domain is not asked. */
const noEpoch = '0';
const pageSize = 256;
const fillTries = 5;

/**
 * One feed as this process hears it. Out of what the bus says, at least once and in no order across partitions, it
 * makes a contiguous sequence: waits for what is late, then reads it from the owning domain. As long as nobody follows
 * it only keeps what it hears.
 */
export class Feed {
  readonly address: FeedAddress;
  readonly #parts: FeedParts;
  readonly #followers = new Set<FeedFollower>();
  /** Its last is `#head` while somebody follows. */
  readonly #ring: EventRing;
  /** Up to which everything was told, or had happened when following began. */
  #head: number | undefined;
  #epoch = noEpoch;
  /** Heard, but something before them was not. */
  readonly #ahead = new Map<number, FeedEvent>();
  /** Known to exist. */
  #expected = 0;
  #starting: Promise<void> | undefined;
  /** Counts the times that it was followed, so that what was begun for one is not taken for the next. */
  #following = 0;
  #late: NodeJS.Timeout | undefined;
  #filling = false;

  constructor(parts: FeedParts) {
    this.address = parts.address;
    this.#parts = parts;
    this.#ring = new EventRing(parts.ringSize, parts.onKept);
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

  /** Nothing is kept. */
  get isEmpty(): boolean {
    return this.#ring.isEmpty;
  }

  /**
   * Resolves when nothing that happens from now on can be missed; `head` is then set, if the domain can be asked.
   * `after`: what the follower has, if anything.
   */
  async follow(follower: FeedFollower, after?: number): Promise<void> {
    this.#followers.add(follower);
    if (this.#head === undefined && !this.#starting) {
      const starting = this.#start(after, this.#following).finally(() => {
        if (this.#starting === starting) this.#starting = undefined;
      });
      this.#starting = starting;
    }
    await this.#starting;
  }

  unfollow(follower: FeedFollower): void {
    this.#followers.delete(follower);
    if (this.followed) return;
    // The next one begins anew: by then something may have been missed. What is contiguous is kept.
    clearTimeout(this.#late);
    this.#late = undefined;
    this.#following += 1;
    this.#starting = undefined;
    this.#head = undefined;
    this.#expected = 0;
    this.#ahead.clear();
  }

  hear(event: FeedEvent): void {
    if (!this.followed) this.#ring.keep(event);
    else if (this.#head === undefined && this.#starting) this.#ahead.set(event.version, event);
    else {
      this.#head ??= event.version - 1;
      if (event.version <= this.#head) return;
      this.#ahead.set(event.version, event);
      this.#goOn();
    }
  }

  /** The domain says that it is at this version, in this epoch. */
  expect({ epoch, version }: Pick<FeedPage, 'epoch' | 'version'>): void {
    if (this.#head === undefined || this.#starting) return;
    if (epoch !== this.#epoch) this.#beginAnew(epoch, version);
    this.#expected = Math.max(this.#expected, version);
    this.#goOn();
  }

  /**
   * Whether this history has a version that was not heard of here: another process may have heard it first. If so, it
   * is seen to that it is heard here. Rejects when the domain cannot be asked.
   */
  async knows(version: number): Promise<boolean> {
    const epoch = this.#epoch;
    const page = await this.#parts.reader?.read(this.address, 0, 0);
    if (!page) return false;
    this.expect(page);
    return page.epoch === epoch && page.version >= version;
  }

  /** What is above `after`, up to `upTo`; or why it cannot be had. */
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
      this.expect({ epoch, version });
      return 'epoch-changed';
    }
    const read = events.map((event) => this.#place(event)).filter(({ version }) => version <= upTo);
    return isRun(read, after) && read.length === upTo - after ? read : 'expired';
  }

  /** Lets go of what is kept. */
  forget(): void {
    this.#ring.forget();
  }

  async #start(after: number | undefined, following: number): Promise<void> {
    const { reader } = this.#parts;
    if (!reader) {
      this.#head = this.#ring.last;
      return;
    }
    // One call for both: where the feed is, and what somebody who comes back has missed.
    const page = await reader.read(this.address, after ?? 0, after === undefined ? 0 : this.#parts.ringSize);
    if (following !== this.#following) return;
    if ((this.#epoch !== noEpoch && page.epoch !== this.#epoch) || this.#ring.last !== page.version) this.forget();
    this.#epoch = page.epoch;
    this.#head = page.version;
    const missed = page.events.map((event) => this.#place(event));
    if (this.#ring.isEmpty && after !== undefined && isRun(missed, after) && missed.at(-1)?.version === page.version)
      missed.forEach((event) => this.#ring.keep(event));
    for (const version of this.#ahead.keys()) if (version <= page.version) this.#ahead.delete(version);
    this.#goOn();
  }

  /** Tells what follows on; sees to what is missing. */
  #goOn(): void {
    for (;;) {
      const next = this.#ahead.get(this.#head! + 1);
      if (!next) break;
      this.#ahead.delete(next.version);
      this.#tell(next);
    }
    if (!this.#isMissing) {
      clearTimeout(this.#late);
      this.#late = undefined;
    } else if (!this.#filling) this.#late ??= setTimeout(() => void this.#fill(), this.#parts.gapMs).unref();
  }

  get #isMissing(): boolean {
    return this.#head !== undefined && (this.#ahead.size > 0 || this.#expected > this.#head);
  }

  #tell(event: FeedEvent): void {
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

  async #fill(): Promise<void> {
    this.#late = undefined;
    this.#filling = true;
    let reason: ResyncReason = 'gap';
    try {
      for (let tries = 0; tries < fillTries && this.#isMissing; tries += 1) {
        if (tries > 0)
          await new Promise((resolve) => setTimeout(resolve, this.#parts.gapMs * 2 ** (tries - 1)).unref());
        const outcome = await this.#readOn();
        if (outcome === 'more') tries = -1;
        else if (outcome !== undefined) reason = outcome;
        if (outcome === 'expired') break;
      }
      if (this.#isMissing) this.#giveUp(reason);
    } finally {
      this.#filling = false;
      if (this.#isMissing) this.#goOn();
    }
  }

  /** Reads what comes after the head; `more` if that helped, but not for all. */
  async #readOn(): Promise<'more' | ResyncReason | undefined> {
    const head = this.#head;
    if (!this.#parts.reader || head === undefined) return 'gap';
    let page: FeedPage;
    try {
      page = await this.#parts.reader.read(this.address, head, pageSize);
    } catch (error) {
      this.#parts.log.warn({ err: error, feed: this.address.key }, 'what a feed misses cannot be read');
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
      const placed = this.#place(event);
      if (placed.version > this.#head) this.#ahead.set(placed.version, placed);
    }
    this.#goOn();
    return this.#head > head ? 'more' : 'gap';
  }

  #giveUp(reason: ResyncReason): void {
    this.#head = this.#ahead.size > 0 ? Math.min(...this.#ahead.keys()) - 1 : this.#expected;
    this.forget();
    this.#lose(reason);
    this.#goOn();
  }

  /** Another history took the place of the one that was followed. */
  #beginAnew(epoch: string, version: number): void {
    this.forget();
    this.#ahead.clear();
    this.#epoch = epoch;
    this.#head = version;
    this.#expected = version;
    this.#lose('epoch-changed');
  }

  #lose(reason: ResyncReason): void {
    for (const follower of this.#followers) follower.lost(reason);
  }

  #place(event: FeedPage['events'][number]): FeedEvent {
    return { event, version: versionIn(event, this.address.kind), bytes: JSON.stringify(event).length };
  }
}

const isRun = (events: readonly FeedEvent[], after: number): boolean =>
  events.every(({ version }, at) => version === after + 1 + at);
