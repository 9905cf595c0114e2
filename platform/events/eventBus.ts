import type { EventEnvelope } from './defineEvent.ts';

export interface BusMessage {
  readonly topic: string;
  readonly key: string;
  /**
   * Normally an EventEnvelope, parsed from JSON; text if it is not JSON. It has not been checked: the consumer does
   * that. All consumers in the process get the same object, so do not change it.
   */
  readonly value: unknown;
}

export interface BusSubscription {
  /** Waits for the running handlers and acknowledges their messages. No handler is called once this resolves. */
  close(): Promise<void>;
}

/** The settings that the code wants a topic to have. A bus makes a topic that is missing with these settings. */
export interface TopicDescription {
  readonly name: string;
  readonly partitions: number;
  readonly retentionDays: number;
}

/**
 * The settings of a topic that has none of its own. Before you raise the retention, see `inbox.ts`: the inbox must
 * remember events for longer than a topic keeps them.
 */
export const usualTopic = (name: string): TopicDescription => ({ name, partitions: 8, retentionDays: 7 });

export interface GroupLag {
  readonly group: string;
  /** How many messages are published and retained, and not yet acknowledged by the group. */
  readonly messages: number;
}

/** Carries events between processes. Every implementation has to pass the tests of `busContract.ts`. */
export interface EventBus {
  /**
   * Publishes messages; resolves when they are durable. Messages of one key keep their order, within a call and across
   * calls of which each waits for the one before. When this rejects (within a minute if no broker answers), some of the
   * messages may have been published: publish all of them again.
   */
  publish(topic: string, messages: readonly { readonly key: string; readonly value: EventEnvelope }[]): Promise<void>;
  /**
   * Joins a consumer group; resolves when the member has joined. Each message goes to one member of the group, at least
   * once and in order per key: messages of one partition (and so of one key) are handled one at a time. A new group
   * begins with the oldest message that is retained.
   *
   * If `handle` rejects, the message is handled again after a back-off (0.1 to 5 s); later messages of its partition
   * wait for it, other partitions move on. When a member dies, others go on after the last message it acknowledged.
   *
   * A member that lives but sends no heartbeat (for 6 s on Kafka, 30 s on PostgreSQL) is taken for dead, and begins no
   * more messages. A handler that it has running may then overlap with another member's handler of the same message,
   * and its result is not acknowledged. Members that join or leave cause no such overlap, however slow handlers are.
   */
  consume(
    group: string,
    topics: readonly string[],
    handle: (message: BusMessage) => Promise<void>,
  ): Promise<BusSubscription>;
  /**
   * Reads topics without a group: each process that calls this gets every message that is published after it resolved,
   * and perhaps a few from before, in order per key. Nothing is acknowledged. After a broken connection the tail goes
   * on where it was. `handle` must not block; an error that it throws is logged.
   */
  tail(topics: readonly string[], handle: (message: BusMessage) => void): Promise<BusSubscription>;
  /**
   * How far behind each group is that this process is a member of, over all members and topics of the group. Asks the
   * broker on each call.
   */
  lag(): Promise<readonly GroupLag[]>;
  /** Closes all subscriptions, each as its own `close` does, then the connections. May be called more than once. */
  close(): Promise<void>;
}
