import type { TopicDescription } from '../../eventBus.ts';
import type { GroupLanes } from './groupLanes.ts';

export interface KafkaRecord {
  readonly offset: number;
  readonly key: string;
  readonly text: string;
}

/** A place in a group, or a reader of a topic. */
export interface Membership {
  /** Resolves with the reason when it is over though nobody left: whoever wants to go on joins again. */
  readonly lost: Promise<Error>;
  /**
   * When the broker last answered (of `performance.now()`): a fetch and, of a member of a group, a heartbeat, whichever
   * was longer ago. While there is nothing to fetch, looking whether there is counts as a fetch.
   */
  heardAt(): number;
  /** Nothing is handed over any more once this was called. Does not reject; may take for ever if the client hangs. */
  leave(): Promise<void>;
}

/** A topic as the broker has it. */
export interface ExistingTopic {
  readonly partitions: number;
  /** `retention.ms`, `cleanup.policy`, … */
  readonly settings: ReadonlyMap<string, string>;
}

/**
 * What the bus needs of a Kafka client library; one implementation for each. Everything here is bounded in time, and
 * rejects rather than waits for a broker.
 */
export interface KafkaClient {
  /** Undefined if there is no such topic. */
  topic(name: string): Promise<ExistingTopic | undefined>;
  /** Makes it, or finds that somebody else has. */
  createTopic(description: TopicDescription, settings: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Idempotent producer, acks=all. One call for each topic at a time. After a rejection the next call begins with a new
   * producer: the sequence numbers of the old one are in doubt.
   */
  send(topic: string, messages: readonly { readonly key: string; readonly value: string }[]): Promise<void>;
  /**
   * Joins a group and fills the lanes with what its member is to handle, from what the group has committed, else from
   * the oldest. Resolves when joined.
   */
  join(group: string, topics: readonly string[], lanes: GroupLanes): Promise<Membership>;
  /** The next offset of each partition: after the last message, or of the first one since `sinceMs` (Unix time). */
  offsets(topic: string, sinceMs?: number): Promise<Map<number, number>>;
  /** The next offset of each partition that a group has acknowledged something of. */
  committed(group: string, topic: string): Promise<Map<number, number>>;
  /**
   * Reads all partitions of a topic from `next` on, which the reader moves; whoever goes on after a loss gives it
   * again. Commits nothing.
   * @param take records of a partition in order, and the offset after them; some may be below `next`.
   */
  follow(
    topic: string,
    next: ReadonlyMap<number, number>,
    take: (partition: number, records: readonly KafkaRecord[], after: number) => void,
  ): Promise<Membership>;
  close(): Promise<void>;
}

/** How brokers are reached that let not everybody in. */
export interface KafkaSecurity {
  /** Texts in PEM: whom we believe, and who we are. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

export interface KafkaClientParts {
  readonly brokers: readonly string[];
  readonly security?: KafkaSecurity;
  readonly onDebug: (message: string, fields: object) => void;
  /** After this long without a heartbeat the broker gives a member's partitions to others. */
  readonly sessionMs: number;
}
