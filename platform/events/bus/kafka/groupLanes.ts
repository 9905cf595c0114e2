import type { Logger } from 'pino';
import type { BusMessage } from '../../eventBus.ts';
import { PartitionLane, placeOf } from './partitionLane.ts';
import type { KafkaRecord } from './messageCoding.ts';

export interface Progress {
  readonly topic: string;
  readonly partition: number;
  /** The offset of the next message to be handled. */
  readonly next: number;
}

/** What the lanes need of a Kafka client library while it is a member of the group. */
export interface LaneClient {
  commit(progress: readonly Progress[]): Promise<void>;
  /** Called when a lane that was full has room again: fetching from its partition may go on. */
  room(topic: string, partition: number): void;
}

export interface GroupLanesParts {
  readonly group: string;
  readonly handle: (message: BusMessage) => Promise<void>;
  readonly log: Logger;
  readonly sessionMs: number;
}

const commitAfterMs = 100;

/**
 * The work of one member of a consumer group: a lane for each partition that is assigned to it. Lanes run at the same
 * time, and each handles its messages one after the other. The class knows no client library: the library's adapter
 * tells it which partitions are assigned, what was fetched, and when the broker last got a heartbeat.
 *
 * No message is begun during a rebalance, nor when the broker has had no heartbeat for so long that it may have given
 * the partitions to others. So a process that was frozen and goes on handles nothing until it is a member again, and
 * what it was handling is not acknowledged.
 */
export class GroupLanes {
  readonly #parts: GroupLanesParts;
  readonly #lanes = new Map<string, PartitionLane>();
  /**
   * The running handler of each partition, also of lanes that were given up. If this process gets the partition again,
   * its new lane waits for that handler, so that no two of them run for one partition.
   */
  readonly #inHand = new Map<string, Promise<void>>();
  readonly #waiting = new Set<() => void>();
  #client: LaneClient | undefined;
  #frozen = true;
  #aliveUntil = 0;
  #committing: NodeJS.Timeout | undefined;

  constructor(parts: GroupLanesParts) {
    this.#parts = parts;
  }

  /** Commits go to this client from now on: called for each new membership. */
  attach(client: LaneClient): void {
    this.#client = client;
  }

  /**
   * Notes that the broker got a heartbeat at `at` (on the clock of `performance.now()`) or later. The broker gives the
   * partitions to others `sessionMs` after that at the earliest; the lanes begin nothing more well before it.
   */
  heardOf(at = performance.now()): void {
    this.#aliveUntil = Math.max(this.#aliveUntil, at + 0.7 * this.#parts.sessionMs);
    this.#wake();
  }

  /**
   * Called when a rebalance begins: no message is begun until `assigned` is called.
   * @returns the partitions whose messages are being handled, which this member has to keep
   */
  freeze(): string[] {
    this.#frozen = true;
    if (performance.now() > this.#aliveUntil) this.abandon();
    this.#commit().catch(() => undefined);
    return [...this.#inHand.keys()];
  }

  /**
   * Sets the partitions that this member has from now on. Lanes of partitions that it keeps go on undisturbed.
   * @returns the partitions that are new
   */
  assigned(
    topics: Iterable<{ readonly topic: string; readonly partitions: readonly number[] }>,
  ): { topic: string; partition: number }[] {
    const places = new Map(
      [...topics].flatMap(({ topic, partitions }) =>
        partitions.map((partition) => [placeOf(topic, partition), { topic, partition }] as const),
      ),
    );
    for (const [place, lane] of this.#lanes) if (!places.has(place)) this.#drop(place, lane);
    const added = [...places].filter(([place]) => !this.#lanes.has(place)).map(([, each]) => each);
    for (const { topic, partition } of added) this.#lanes.set(placeOf(topic, partition), this.#lane(topic, partition));
    this.#frozen = false;
    this.heardOf();
    return added;
  }

  /** Sets the offset at which a new lane begins; only for client libraries that fetch by what `wanted` returns. */
  beginAt(topic: string, partition: number, offset: number): void {
    this.#lanes.get(placeOf(topic, partition))?.beginAt(offset);
  }

  /**
   * Hands fetched records to the lane of their partition.
   * @returns whether the lane has room for more; if not, pause fetching until `room` is called
   */
  push(topic: string, partition: number, records: readonly KafkaRecord[], after?: number): boolean {
    return this.#lanes.get(placeOf(topic, partition))?.push(records, after) ?? true;
  }

  /** The positions to fetch from next: of each lane that knows its offset and has room. */
  wanted(): { topic: string; partition: number; offset: number }[] {
    return [...this.#lanes.values()].flatMap((lane) =>
      lane.end !== undefined && lane.hasRoom
        ? [{ topic: lane.topic, partition: lane.partition, offset: lane.end }]
        : [],
    );
  }

  /** Called when the membership is lost: running handlers finish, but what they did is not acknowledged. */
  abandon(): void {
    for (const [place, lane] of this.#lanes) this.#drop(place, lane);
  }

  /** Begins no more messages, waits for the running handlers, and acknowledges what they did. */
  async finish(): Promise<void> {
    const lanes = [...this.#lanes.values()];
    for (const lane of lanes) lane.stop();
    await Promise.all(lanes.map((lane) => lane.finished));
    // The commit fails if this process is no member any more; other members then handle the messages again.
    await this.#commit().catch(() => undefined);
    this.abandon();
  }

  #lane(topic: string, partition: number): PartitionLane {
    const place = placeOf(topic, partition);
    return new PartitionLane({
      ...this.#parts,
      topic,
      partition,
      before: this.#inHand.get(place) ?? Promise.resolve(),
      mayBegin: () => !this.#frozen && performance.now() < this.#aliveUntil,
      wait: (wake) => this.#waiting.add(wake),
      began: (handling) => {
        const settled = handling.finally(() => {
          if (this.#inHand.get(place) === settled) this.#inHand.delete(place);
        });
        this.#inHand.set(place, settled);
      },
      onProgress: () => {
        this.#committing ??= setTimeout(() => {
          this.#commit().catch((error: unknown) =>
            this.#parts.log.debug({ err: error, group: this.#parts.group }, 'acknowledging failed'),
          );
        }, commitAfterMs).unref();
      },
      onRoom: () => this.#client?.room(topic, partition),
    });
  }

  #drop(place: string, lane: PartitionLane): void {
    lane.stop();
    this.#lanes.delete(place);
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  async #commit(): Promise<void> {
    clearTimeout(this.#committing);
    this.#committing = undefined;
    const behind = [...this.#lanes.values()].flatMap((lane) =>
      lane.next > lane.committed ? [{ lane, next: lane.next }] : [],
    );
    if (!behind.length || !this.#client) return;
    await this.#client.commit(behind.map(({ lane: { topic, partition }, next }) => ({ topic, partition, next })));
    // A lane that began again meanwhile has committed nothing of its new topic.
    for (const { lane, next } of behind) if (lane.next >= next) lane.committed = Math.max(lane.committed, next);
  }
}
