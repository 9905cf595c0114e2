import type { TopicDescription } from '../../eventBus.ts';
import type { GroupLanes } from './groupLanes.ts';
import type { KafkaRecord } from './messageCoding.ts';

/** A membership of a consumer group, or a reader of a topic without a group. */
export interface Membership {
  /** Resolves with the reason when the membership ends without `leave`. It does not come back by itself: join again. */
  readonly lost: Promise<Error>;
  /**
   * When the broker last answered, on the clock of `performance.now()`: its last answer to a fetch or, of a member of a
   * group, to a heartbeat, whichever is longer ago. While there is nothing to fetch, looking for it counts as a fetch.
   */
  heardAt(): number;
  /**
   * Ends the membership. No record is handed over any more once this was called. It never rejects, but may never
   * resolve if the client library hangs.
   */
  leave(): Promise<void>;
}

/** A topic as it exists on the broker. */
export interface ExistingTopic {
  readonly partitions: number;
  /** Values by setting, such as `retention.ms` or `cleanup.policy`. */
  readonly settings: ReadonlyMap<string, string>;
}

/**
 * What the bus needs of a Kafka client library; there is one implementation for each library. Every call is bounded in
 * time: it rejects when no broker answers, rather than wait for one.
 */
export interface KafkaClient {
  /** Looks up a topic; undefined if it does not exist. */
  topic(name: string): Promise<ExistingTopic | undefined>;
  /** Makes a topic. It is no error if it exists already, with whatever settings. */
  createTopic(description: TopicDescription, settings: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Sends messages by an idempotent producer with acks=all; resolves when all replicas have them. Make one call per
   * topic at a time. After a rejection some messages may have been written, and the next call makes a new producer,
   * since the sequence numbers of the old one are in doubt.
   */
  send(topic: string, messages: readonly { readonly key: string; readonly value: string }[]): Promise<void>;
  /**
   * Joins a consumer group and fills the lanes with the records of the partitions assigned to this member, from the
   * offset that the group has committed, or else from the oldest record. Resolves when the member has joined.
   */
  join(group: string, topics: readonly string[], lanes: GroupLanes): Promise<Membership>;
  /**
   * An offset of each partition: the one after the last message, or, with `sinceMs` (Unix time in ms), that of the
   * first message since then.
   */
  offsets(topic: string, sinceMs?: number): Promise<Map<number, number>>;
  /** The offset that a group has committed for each partition, that is, of the next message it will handle. */
  committed(group: string, topic: string): Promise<Map<number, number>>;
  /**
   * Reads all partitions of a topic without a group, and commits nothing.
   * @param next offset to begin at for each partition. The caller moves it on as it takes records, and passes it again
   *   to go on after a loss.
   * @param take is called with records of a partition in order and the offset after them; some may be below `next`.
   */
  follow(
    topic: string,
    next: ReadonlyMap<number, number>,
    take: (partition: number, records: readonly KafkaRecord[], after: number) => void,
  ): Promise<Membership>;
  close(): Promise<void>;
}

/** How to connect to brokers that require TLS or a login. */
export interface KafkaSecurity {
  /** Texts in PEM: the CA that the brokers' certificates must come from, and our client certificate with its key. */
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
  /** After so many ms without a heartbeat the broker gives a member's partitions to others. */
  readonly sessionMs: number;
}
