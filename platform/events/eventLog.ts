import type { EventEnvelope, NewEvent } from './defineEvent.ts';
import type { SqlTx } from './sqlTx.ts';

export type { SqlTx } from './sqlTx.ts';

export interface AppendOptions {
  /** Id of the event or command behind it; that of the current trace unless told. */
  readonly causationId?: string;
  /** `<kind>:<subject>`; that of the current trace unless told. */
  readonly actor?: string;
  /** The domain's clock unless told. */
  readonly at?: Date;
}

/** One aggregate's part of an append. */
export interface StreamAppend {
  /** Version of the last event known (0: a new stream; null: at the end, whatever it is). */
  readonly expectedVersion: number | null;
  /** All of one aggregate. */
  readonly events: readonly NewEvent[];
}

/** The facts of one domain, in its own database: written with the state they changed, published after the commit. */
export interface EventLog {
  /**
   * Appends to one stream within the caller's transaction: event rows, stream and feed heads, outbox rows, in one round
   * trip. All events must share one aggregate. An empty list is a no-op. With `expectedVersion` null the stream's head
   * is locked and the events go to its end.
   * @returns the envelopes as they will be published, in order.
   * @throws ConcurrencyError when the stream is not at the expected version; the transaction must then be rolled
   *   back.
   */
  append(
    tx: SqlTx,
    expectedVersion: number | null,
    events: readonly NewEvent[],
    options?: AppendOptions,
  ): Promise<EventEnvelope[]>;
  /**
   * Appends to several streams at once, in one round trip and without deadlock: all heads are locked in one order. Each
   * stream at most once.
   */
  appendAll(tx: SqlTx, appends: readonly StreamAppend[], options?: AppendOptions): Promise<EventEnvelope[]>;
  /** What this transaction appended: if there is anything, the relay is to be woken once it has committed. */
  appendedIn(tx: object): readonly NewEvent[];
  /** All events of a stream in order, from version `after` + 1. */
  load(tx: SqlTx, aggregateId: string, after?: number): Promise<EventEnvelope[]>;
  /** Events of a feed above a version, in order, at most `limit`. */
  readFeed(tx: SqlTx, feed: string, after: number, limit: number): Promise<EventEnvelope[]>;
  /** Version of a feed now; 0 if it has no event. */
  feedVersion(tx: SqlTx, feed: string): Promise<number>;
}
