import type { Logger } from 'pino';
import type { BusMessage } from '../../eventBus.ts';
import type { KafkaClient } from './kafkaClient.ts';
import { keepMembership } from './keepMembership.ts';
import { busMessage, type KafkaRecord } from './messageCoding.ts';

type Hear = (message: BusMessage) => void;

/** How far back a tail begins, in ms: it hears some messages from before rather than miss one. */
const backMs = 60_000;

export interface TopicTailParts {
  readonly topic: string;
  readonly client: KafkaClient;
  readonly log: Logger;
  /** Makes the topic if it does not exist. */
  readonly ensure: () => Promise<void>;
  /** Called when the connection is lost: the topic may not exist any more. */
  readonly onLost: () => void;
}

/**
 * Reads a topic once for all listeners in this process, each message once and in the order of its partition. To begin,
 * it notes the end of each partition, goes back a minute, and is live when it has passed those ends. After a lost
 * connection it goes on where it was; where the topic was made anew meanwhile, it begins at its beginning.
 */
export class TopicTail {
  readonly #parts: TopicTailParts;
  readonly #hearers = new Set<Hear>();
  /** Offset of the next message of each partition. */
  readonly #next = new Map<number, number>();
  #live: Promise<void> | undefined;
  #reading: { leave(): Promise<void> } | undefined;

  constructor(parts: TopicTailParts) {
    this.#parts = parts;
  }

  /**
   * Adds a listener. No message published after this has resolved is missed; some from before may be heard.
   * @returns how to stop listening
   */
  async hear(hear: Hear): Promise<() => void> {
    // A wrapper of its own for each call: two listeners may pass the same function, and each must be able to stop.
    const own: Hear = (message) => hear(message);
    this.#hearers.add(own);
    try {
      this.#live ??= this.#open();
      await this.#live;
      return () => void this.#hearers.delete(own);
    } catch (error) {
      this.#live = undefined;
      this.#hearers.delete(own);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#hearers.clear();
    await this.#live?.catch(() => undefined);
    await this.#reading?.leave();
  }

  async #open(): Promise<void> {
    const { topic, client, log, ensure, onLost } = this.#parts;
    await ensure();
    const ends = await client.offsets(topic);
    const starts = await client.offsets(topic, Date.now() - backMs);
    for (const [partition, end] of ends) this.#next.set(partition, Math.min(end, starts.get(partition) ?? end));
    const passed = () => [...ends].every(([partition, end]) => this.#next.get(partition)! >= end);
    let onPassed: () => void = () => undefined;
    const live = new Promise<void>((resolve) => {
      onPassed = resolve;
    });
    this.#reading = await keepMembership({
      what: `tail of ${topic}`,
      log,
      join: async () => {
        await ensure();
        await this.#beginAnewWhereShorter();
        return client.follow(topic, this.#next, (partition, records, after) => {
          this.#take(partition, records, after);
          if (passed()) onPassed();
        });
      },
      onLost,
    });
    if (!passed()) await live;
  }

  /** A partition that ends before what was read of it is another one: the topic was made anew. */
  async #beginAnewWhereShorter(): Promise<void> {
    const ends = await this.#parts.client.offsets(this.#parts.topic);
    for (const [partition, next] of this.#next) if (next > (ends.get(partition) ?? 0)) this.#next.set(partition, 0);
  }

  #take(partition: number, records: readonly KafkaRecord[], after: number): void {
    // Nothing is fetched from before `next`, so these come from a topic that was made anew. If they do come again, it
    // is no harm: a tail may hear messages twice.
    if (records.length && after <= (this.#next.get(partition) ?? 0)) this.#next.set(partition, 0);
    for (const record of records) {
      if (record.offset < (this.#next.get(partition) ?? 0)) continue;
      this.#next.set(partition, record.offset + 1);
      this.#tell(busMessage(this.#parts.topic, record));
    }
    this.#next.set(partition, Math.max(after, this.#next.get(partition) ?? 0));
  }

  #tell(message: BusMessage): void {
    for (const hear of this.#hearers) {
      try {
        hear(message);
      } catch (error) {
        this.#parts.log.error({ err: error, topic: this.#parts.topic }, 'a tail failed to handle a message');
      }
    }
  }
}
