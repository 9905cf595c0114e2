import { IS_CONTROL, ListOffsetTimestamps, type ConnectionPool, type Consumer } from '@platformatic/kafka';
import { Bell } from '../../bell.ts';
import { backoffMs, pause } from '../../pause.ts';
import { kafkaRecord, type KafkaRecord } from './messageCoding.ts';

export interface FetchPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface FetchLoopParts {
  /** The positions to fetch from; called before each fetch. */
  readonly wanted: () => readonly FetchPosition[];
  /** Called with fetched records of a partition, in order, and the offset to go on at. */
  readonly take: (topic: string, partition: number, records: readonly KafkaRecord[], after: number) => void;
}

const maxWaitMs = 500;
const maxBytes = 1_048_576;
const partitionMaxBytes = 262_144;
const givesUpAfter = 10;

/**
 * Fetches the wanted partitions from the brokers that lead them, again and again. It uses connections of its own,
 * because a fetch that waits for messages would hold up heartbeats on the same connection.
 */
export class FetchLoop {
  readonly #consumer: Consumer;
  readonly #pool: ConnectionPool;
  readonly #parts: FetchLoopParts;
  readonly #stop = new AbortController();
  readonly #bell = new Bell();
  readonly #running: Promise<void>;
  /** Resolves with the last error when fetching has failed ten times in a row; the loop is then over. */
  readonly lost: Promise<Error>;
  #lose: (error: Error) => void = () => undefined;
  #fetchedAt = performance.now();

  constructor(consumer: Consumer, pool: ConnectionPool, parts: FetchLoopParts) {
    this.#consumer = consumer;
    this.#pool = pool;
    this.#parts = parts;
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
    this.#running = this.#run();
  }

  /** When a fetch was last answered, or there was last nothing to fetch; on the clock of `performance.now()`. */
  get fetchedAt(): number {
    return this.#fetchedAt;
  }

  /** Asks for the wanted positions at once: there may be more partitions to fetch from. */
  look(): void {
    this.#bell.ring();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    // Closing the connections ends a fetch that waits for messages.
    await this.#pool.close().catch(() => undefined);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (let failures = 0; !signal.aborted;) {
      const wanted = this.#parts.wanted();
      try {
        if (wanted.length) await this.#fetch(wanted);
        else await this.#bell.wait(maxWaitMs, signal);
        failures = 0;
        this.#fetchedAt = performance.now();
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        if (failures >= givesUpAfter) return this.#lose(error as Error);
        await this.#mend(wanted).catch(() => undefined);
        await pause(backoffMs(failures, 100, 1_000), signal);
      }
    }
  }

  async #fetch(wanted: readonly FetchPosition[]): Promise<void> {
    const topics = [...new Set(wanted.map(({ topic }) => topic))];
    const metadata = await this.#consumer.metadata({ topics });
    const names = new Map(topics.map((topic) => [metadata.topics.get(topic)!.id, topic]));
    const leaderOf = ({ topic, partition }: FetchPosition) => metadata.topics.get(topic)!.partitions[partition]!.leader;
    await Promise.all(
      [...new Set(wanted.map(leaderOf))].map(async (node) => {
        const { responses } = await this.#consumer.fetch({
          node,
          connectionPool: this.#pool,
          minBytes: 1,
          maxWaitTime: maxWaitMs,
          maxBytes,
          topics: wanted
            .filter((position) => leaderOf(position) === node)
            .map(({ topic, partition, offset }) => ({
              topicId: metadata.topics.get(topic)!.id,
              partitions: [
                {
                  partition,
                  fetchOffset: BigInt(offset),
                  currentLeaderEpoch: -1,
                  lastFetchedEpoch: -1,
                  partitionMaxBytes,
                },
              ],
            })),
        });
        if (!this.#stop.signal.aborted) this.#hand(responses, names);
      }),
    );
  }

  #hand(responses: Awaited<ReturnType<Consumer['fetch']>>['responses'], names: ReadonlyMap<string, string>): void {
    for (const { topicId, partitions } of responses) {
      for (const { partitionIndex, records: batches = [] } of partitions) {
        const last = batches.at(-1);
        if (!last) continue;
        const records = batches.flatMap((batch) =>
          batch.attributes & IS_CONTROL
            ? []
            : batch.records.map(({ offsetDelta, key, value }) =>
                kafkaRecord(Number(batch.firstOffset) + offsetDelta, key, value),
              ),
        );
        this.#parts.take(
          names.get(topicId)!,
          partitionIndex,
          records,
          Number(last.firstOffset) + last.lastOffsetDelta + 1,
        );
      }
    }
  }

  /** Moves positions whose messages were deleted (they are past retention) to the oldest message that is left. */
  async #mend(wanted: readonly FetchPosition[]): Promise<void> {
    this.#consumer.clearMetadata();
    const earliest = await this.#consumer.listOffsets({
      topics: [...new Set(wanted.map(({ topic }) => topic))],
      timestamp: ListOffsetTimestamps.EARLIEST,
    });
    for (const { topic, partition, offset } of wanted) {
      const first = Number(earliest.get(topic)?.[partition] ?? 0);
      if (first > offset) this.#parts.take(topic, partition, [], first);
    }
  }
}
