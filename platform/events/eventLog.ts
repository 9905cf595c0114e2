import type { EventEnvelope, NewEvent } from './defineEvent.ts';
import type { SqlTx } from './sqlTx.ts';

export type { SqlTx } from './sqlTx.ts';

export interface AppendOptions {
  /** Id of the event or command that caused these events; by default that of the current trace. */
  readonly causationId?: string;
  /** Who caused these events, as `<kind>:<subject>`; by default the actor of the current trace. */
  readonly actor?: string;
  /** When they happened; by default now, by the domain's clock. */
  readonly at?: Date;
  /** Changes of the domain's own rows, made in the statement that appends: all happen, or none. */
  readonly also?: Change | readonly Change[];
}

/** An insert, update or delete, with `$1`, `$2`, … for its parameters, which are cast in it. */
export interface Change {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** The events that an append adds to one stream, that is, to one aggregate. */
export interface StreamAppend {
  /**
   * Version of the last event that the writer knows. 0: the stream must be new. null: append at the end, whatever it
   * is.
   */
  readonly expectedVersion: number | null;
  /** All must belong to the same aggregate. */
  readonly events: readonly NewEvent[];
}

/**
 * The events of one domain, in the domain's own database. They are written in the transaction that changes the state,
 * and the relay publishes them after it has committed.
 */
export interface EventLog {
  /**
   * Appends to one stream within the caller's transaction: writes the event rows, the heads of stream and feed, and the
   * outbox rows in one round trip. An empty list does nothing. With `expectedVersion` null, the stream's head is locked
   * until the transaction ends, and the events go to the end of the stream.
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
   * Appends to several streams in one round trip. All heads are locked in the same order, so appends cannot deadlock
   * each other. Each stream may occur once. Otherwise as `append`.
   */
  appendAll(tx: SqlTx, appends: readonly StreamAppend[], options?: AppendOptions): Promise<EventEnvelope[]>;
  /**
   * Appends by a statement of the caller's, which calls `platform.append_events($1::jsonb, $2::jsonb)` itself; its own
   * parameters are `$3` and on. It returns a row if it has called it, and none if it has changed nothing.
   * @throws ConcurrencyError as `append` does
   */
  appendBy<Row>(tx: SqlTx, appends: readonly StreamAppend[], sql: string, params: readonly unknown[]): Promise<Row[]>;
  /** The events that a transaction has appended so far. If there are any, wake the relay once it has committed. */
  appendedIn(tx: object): readonly NewEvent[];
  /**
   * All events of a stream in order, together with a row of the domain's own as of the same instant: the one that
   * `select` finds, with `$1`, `$2`, … for its parameters. Without the row there are no events.
   */
  loadWith<Row>(
    tx: SqlTx,
    aggregateId: string,
    select: string,
    ...parameters: unknown[]
  ): Promise<{ readonly row: Row; readonly events: EventEnvelope[] } | undefined>;
  /** All events of a stream in order, from version `after` + 1. */
  load(tx: SqlTx, aggregateId: string, after?: number): Promise<EventEnvelope[]>;
  /** Events of a feed above a version, in order, at most `limit`. */
  readFeed(tx: SqlTx, feed: string, after: number, limit: number): Promise<EventEnvelope[]>;
  /**
   * Locks feeds until the transaction ends, as appending to them does: whoever appends to one of them waits, and what
   * this transaction reads afterwards holds until it commits. For decisions about what a feed's events add up to.
   */
  lockFeeds(tx: SqlTx, feeds: readonly string[]): Promise<void>;
  /** Version of a feed now; 0 if it has no event. */
  feedVersion(tx: SqlTx, feed: string): Promise<number>;
}
