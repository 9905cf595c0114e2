import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import type { FeedAddress } from './feedAddress.ts';

export interface FeedPage {
  /** Names the history that versions count in. */
  readonly epoch: string;
  /** Of the feed when it was read; 0 if it has no event. */
  readonly version: number;
  /**
   * Above what was asked, in order. The first may be later than the one after it: what is between is no longer kept.
   */
  readonly events: readonly EventEnvelope[];
}

/** The way to the owning domains' event logs. */
export interface FeedReader {
  /**
   * At most `limit` events above `after`; with 0, only how far the feed is. Rejects when the domain cannot be reached.
   */
  read(feed: FeedAddress, after: number, limit: number): Promise<FeedPage>;
}
