import type { Logger } from 'pino';
import type { BusMessage } from '../../eventBus.ts';
import type { KafkaRecord } from './kafkaClient.ts';
import { PartitionLane, placeOf } from './partitionLane.ts';

export interface Progress {
  readonly topic: string;
  readonly partition: number;
  /** The offset of the next message to be handled. */
  readonly next: number;
}

/** What a client library does for the lanes while it is a member. */
export interface LaneClient {
  commit(progress: readonly Progress[]): Promise<void>;
  /** There is room again in a lane that was full. */
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
 * What one member of a group has in work: a lane for each of its partitions, all at once, each in order. Knows nothing
 * of a client library, which says what is assigned, what was fetched, and when the broker has heard of us.
 *
 * Nothing is begun while a rebalance runs, nor when the broker has not heard of us for so long that others may have
 * been given our partitions: a process that was stopped and goes on handles nothing more until it is a member again,
 * and what it had in hand is not acknowledged.
 */
export class GroupLanes {
  readonly #parts: GroupLanesParts;
  readonly #lanes = new Map<string, PartitionLane>();
  /** Handlers that run, also those of lanes that were given up: no two in this process for one partition. */
  readonly #inHand = new Map<string, Promise<void>>();
  readonly #waiting = new Set<() => void>();
  #client: LaneClient | undefined;
  #frozen = true;
  #aliveUntil = 0;
  #committing: NodeJS.Timeout | undefined;

  constructor(parts: GroupLanesParts) {
    this.#parts = parts;
  }

  /** From a new membership on, progress goes to this client. */
  attach(client: LaneClient): void {
    this.#client = client;
  }

  /**
   * The broker has heard of us, not before `at` (of `performance.now()`). Others get our partitions no sooner than
   * `sessionMs` later; we stop well before that.
   */
  heardOf(at = performance.now()): void {
    this.#aliveUntil = Math.max(this.#aliveUntil, at + 0.7 * this.#parts.sessionMs);
    this.#wake();
  }

  /**
   * A rebalance begins: nothing is begun until `assigned`. Returns the partitions with a message in hand, which this
   * member is to keep.
   */
  freeze(): string[] {
    this.#frozen = true;
    if (performance.now() > this.#aliveUntil) this.abandon();
    this.#commit().catch(() => undefined);
    return [...this.#inHand.keys()];
  }

  /** What this member has from now on. Lanes that stay go on where they are. Returns the new ones. */
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

  /** Says where a new lane begins, for clients that ask. */
  beginAt(topic: string, partition: number, offset: number): void {
    this.#lanes.get(placeOf(topic, partition))?.beginAt(offset);
  }

  /** Hands over what was fetched. Returns whether there is room for more. */
  push(topic: string, partition: number, records: readonly KafkaRecord[], after?: number): boolean {
    return this.#lanes.get(placeOf(topic, partition))?.push(records, after) ?? true;
  }

  /** Where to fetch: lanes that know where they are and have room. */
  wanted(): { topic: string; partition: number; offset: number }[] {
    return [...this.#lanes.values()].flatMap((lane) =>
      lane.end !== undefined && lane.hasRoom
        ? [{ topic: lane.topic, partition: lane.partition, offset: lane.end }]
        : [],
    );
  }

  /** The membership is lost: what is in hand is finished and not acknowledged. */
  abandon(): void {
    for (const [place, lane] of this.#lanes) this.#drop(place, lane);
  }

  /** Finishes what is in hand and begins nothing more; acknowledges it. */
  async finish(): Promise<void> {
    const lanes = [...this.#lanes.values()];
    for (const lane of lanes) lane.stop();
    await Promise.all(lanes.map((lane) => lane.finished));
    // If we are no member any more, others have it already.
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
    for (const { lane, next } of behind) lane.committed = Math.max(lane.committed, next);
  }
}
