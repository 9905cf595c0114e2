import type { Logger } from 'pino';
import type { BusMessage } from '../../eventBus.ts';
import { backoffMs, pause } from '../../pause.ts';
import type { KafkaRecord } from './kafkaClient.ts';
import { busMessage } from './messageCoding.ts';

export interface PartitionLaneParts {
  readonly topic: string;
  readonly partition: number;
  readonly group: string;
  readonly handle: (message: BusMessage) => Promise<void>;
  readonly log: Logger;
  /** A handler of an earlier lane of the partition, which may still run. */
  readonly before: Promise<void>;
  /** Asked in the same turn in which a message is begun. */
  readonly mayBegin: () => boolean;
  /** Calls back when `mayBegin` may have changed. */
  readonly wait: (wake: () => void) => void;
  readonly began: (handling: Promise<void>) => void;
  readonly onProgress: () => void;
  readonly onRoom: () => void;
}

/** With as many fetched messages waiting, no more are fetched. */
const fullAt = 500;

export const placeOf = (topic: string, partition: number): string => `${topic}/${partition}`;

/** One partition in the hands of this member: one message at a time, each until it is handled. */
export class PartitionLane {
  readonly #parts: PartitionLaneParts;
  readonly #stop = new AbortController();
  readonly #queue: KafkaRecord[] = [];
  readonly finished: Promise<void>;
  #wake: () => void = () => undefined;
  #wasFull = false;
  /** The next offset to be handled, and what the broker knows of it. */
  next = 0;
  committed = 0;
  /** The next offset to be fetched, once that is known. */
  end: number | undefined;

  constructor(parts: PartitionLaneParts) {
    this.#parts = parts;
    this.finished = this.#run();
  }

  get topic(): string {
    return this.#parts.topic;
  }

  get partition(): number {
    return this.#parts.partition;
  }

  get hasRoom(): boolean {
    return this.#queue.length < fullAt;
  }

  beginAt(offset: number): void {
    this.end ??= offset;
  }

  /** Takes what it has not had yet. */
  push(records: readonly KafkaRecord[], after = (records.at(-1)?.offset ?? -1) + 1): boolean {
    for (const record of records) if (this.end === undefined || record.offset >= this.end) this.#queue.push(record);
    this.end = Math.max(this.end ?? 0, after);
    this.#wasFull ||= !this.hasRoom;
    this.#wake();
    return this.hasRoom;
  }

  /** Begins nothing more. */
  stop(): void {
    this.#stop.abort();
    this.#wake();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    await this.#parts.before;
    while (!signal.aborted) {
      const record = this.#queue[0];
      if (!record) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      if (!(await this.#handled(record))) return;
      this.#queue.shift();
      this.next = record.offset + 1;
      this.#parts.onProgress();
      if (!this.#wasFull || this.#queue.length > fullAt / 2) continue;
      this.#wasFull = false;
      this.#parts.onRoom();
    }
  }

  /** Tries until it succeeds (true) or the lane is stopped (false). */
  async #handled(record: KafkaRecord): Promise<boolean> {
    const { signal } = this.#stop;
    const message = busMessage(this.topic, record);
    for (let failures = 0; !signal.aborted; failures += 1) {
      while (!this.#parts.mayBegin() && !signal.aborted) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          this.#parts.wait(resolve);
        });
      }
      if (signal.aborted) return false;
      const handling = this.#parts.handle(message);
      this.#parts.began(handling.catch(() => undefined));
      try {
        await handling;
        return true;
      } catch (error) {
        const { group, topic, partition, log } = this.#parts;
        log.warn(
          { err: error, group, topic, partition, offset: record.offset, failures },
          'a message was not handled and is tried again',
        );
        await pause(backoffMs(failures, 100, 5_000), signal);
      }
    }
    return false;
  }
}
