import type { EventEnvelope } from './defineEvent.ts';

export interface BusMessage {
  readonly topic: string;
  readonly key: string;
  /**
   * Normally an EventEnvelope, parsed from JSON; text if it is not JSON. Not checked: whoever handles it checks. Shared
   * by all who hear it: do not change it.
   */
  readonly value: unknown;
}

export interface BusSubscription {
  /** No message is handled any more once this resolves. What was in hand is finished and acknowledged before. */
  close(): Promise<void>;
}

/** A topic as the code describes it; adapters create it so when it is missing. */
export interface TopicDescription {
  readonly name: string;
  readonly partitions: number;
  readonly retentionDays: number;
}

/**
 * What a topic is like unless it is described otherwise. The inbox remembers events for longer than any of them may be
 * kept: see `inbox.ts`.
 */
export const usualTopic = (name: string): TopicDescription => ({ name, partitions: 8, retentionDays: 7 });

export interface GroupLag {
  readonly group: string;
  readonly messages: number;
}

/** Moves events between processes. Adapters pass `busContract.ts`. */
export interface EventBus {
  /**
   * Resolves when durable. Order is kept per key, among the messages of one call and of calls that follow one another.
   * On rejection, which comes within a minute when there is no broker, some may have been published.
   */
  publish(topic: string, messages: readonly { readonly key: string; readonly value: EventEnvelope }[]): Promise<void>;
  /**
   * Joins a group; each message goes to one member, at least once, in order per key: of one partition (and so of one
   * key) one message is handled at a time. A new group begins with the oldest message retained. If `handle` rejects,
   * the message is handled again after a growing pause (0.1 to 5 s), and those behind it in its partition wait; other
   * partitions move on. When a member dies, others take over from what it acknowledged. A member that others must take
   * for dead, because it fell silent (6 s on Kafka, 30 s on PostgreSQL) though it lives, begins nothing more; a handler
   * that it has running then may overlap with its successor's for the same message, and its result is not acknowledged.
   * A member that joins or leaves causes no such overlap, however slow the handlers are. Resolves when joined.
   */
  consume(
    group: string,
    topics: readonly string[],
    handle: (message: BusMessage) => Promise<void>,
  ): Promise<BusSubscription>;
  /**
   * Every process hears everything published after this resolved (and perhaps a little from before), in order per key,
   * without acknowledging. After a broken connection it goes on where it was. `handle` must not block; what it throws
   * is logged.
   */
  tail(topics: readonly string[], handle: (message: BusMessage) => void): Promise<BusSubscription>;
  /**
   * How far each group that this process is a member of is behind, over all its members and topics: messages that were
   * published and are retained, and not yet acknowledged. Asks the broker each time.
   */
  lag(): Promise<readonly GroupLag[]>;
  /**
   * Closes all subscriptions as they would close by themselves, then the connections. Calling it again waits for the
   * same.
   */
  close(): Promise<void>;
}
