import type { Logger } from 'pino';
import type { BusMessage } from '../../eventBus.ts';
import { backoffMs, pause } from '../../pause.ts';
import { busMessage, type KafkaRecord } from './messageCoding.ts';

export interface PartitionLaneParts {
  readonly topic: string;
  readonly partition: number;
  readonly group: string;
  readonly handle: (message: BusMessage) => Promise<void>;
  readonly log: Logger;
  /** Resolves when the handler that an earlier lane of this partition left running, if any, has ended. */
  readonly before: Promise<void>;
  /** Whether a message may be begun now. Asked in the same turn of the event loop in which the handler is called. */
  readonly mayBegin: () => boolean;
  /** Calls `wake` once, when the answer of `mayBegin` may have changed. */
  readonly wait: (wake: () => void) => void;
  readonly began: (handling: Promise<void>) => void;
  readonly onProgress: () => void;
  readonly onRoom: () => void;
}

/** No more messages are fetched while so many wait in a lane. */
const fullAt = 500;

export const placeOf = (topic: string, partition: number): string => `${topic}/${partition}`;

/** Handles the messages of one partition that is assigned to this member, one at a time, each until it succeeds. */
export class PartitionLane {
  readonly #parts: PartitionLaneParts;
  readonly #stop = new AbortController();
  readonly #queue: KafkaRecord[] = [];
  readonly finished: Promise<void>;
  #wake: () => void = () => undefined;
  #wasFull = false;
  /** Offset of the next message to handle. */
  next = 0;
  /** The value of `next` that was last committed. */
  committed = 0;
  /** Offset of the next message to fetch; undefined until it is known where the lane begins. */
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

  /**
   * Queues the records that the lane has not had yet; `after` is the next offset to fetch. Nothing is fetched from
   * before what was committed, so records from there come from a topic that was made anew: the lane begins again. The
   * messages that it may then handle twice have effects once, by their ids.
   * @returns whether there is room for more
   */
  push(records: readonly KafkaRecord[], after = (records.at(-1)?.offset ?? -1) + 1): boolean {
    if (records.length && after <= this.committed) this.#beginAgain();
    for (const record of records) if (this.end === undefined || record.offset >= this.end) this.#queue.push(record);
    this.end = Math.max(this.end ?? 0, after);
    this.#wasFull ||= !this.hasRoom;
    this.#wake();
    return this.hasRoom;
  }

  #beginAgain(): void {
    this.#queue.length = 0;
    this.end = undefined;
    this.next = this.committed = 0;
  }

  /** Begins no more messages; a handler that runs may finish. */
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
      // The lane began again meanwhile: this offset says nothing of the new topic.
      if (this.#queue[0] !== record) continue;
      this.#queue.shift();
      this.next = record.offset + 1;
      this.#parts.onProgress();
      if (!this.#wasFull || this.#queue.length > fullAt / 2) continue;
      this.#wasFull = false;
      this.#parts.onRoom();
    }
  }

  /** Handles a message, again and again until it succeeds (true) or the lane is stopped (false). */
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
