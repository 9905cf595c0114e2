import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import type { FeedAddress } from './feedAddress.ts';

export interface FeedPage {
  /**
   * Identifies the history that the versions belong to. It changes when the domain's log is restored, and versions of
   * different epochs cannot be compared.
   */
  readonly epoch: string;
  /** The feed's latest version at the time of reading; 0 if it has no events. */
  readonly version: number;
  /**
   * The events above the version that was asked for, in order. If the first is not the next version, the events before
   * it are no longer kept.
   */
  readonly events: readonly EventEnvelope[];
}

/** Reads feeds from the event logs of the domains that own them. */
export interface FeedReader {
  /**
   * Reads at most `limit` events above `after`. With a limit of 0, it only reads the feed's epoch and version. Rejects
   * when the domain cannot be reached.
   */
  read(feed: FeedAddress, after: number, limit: number): Promise<FeedPage>;
}
