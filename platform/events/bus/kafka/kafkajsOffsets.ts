import type { Admin } from 'kafkajs';
import { whileSettling } from './whileSettling.ts';

const settlingMs = 5_000;

/**
 * The next offset of each partition: after the last message, or of the first one since `sinceMs` (Unix time).
 *
 * kafkajs asks twice for this, each time by the metadata that it has at that moment, and takes for granted that both
 * answers name all partitions. Metadata that were asked for before the topic was there may arrive in between, as beside
 * the starts of others: one answer is empty, and so is the result, or it fails with a TypeError. A moment later it
 * knows the topic.
 */
export function kafkajsOffsets(
  admin: Pick<Admin, 'fetchTopicOffsets' | 'fetchTopicOffsetsByTimestamp'>,
  topic: string,
  sinceMs?: number,
): Promise<Map<number, number>> {
  return whileSettling(async () => {
    const found = await (
      sinceMs === undefined ? admin.fetchTopicOffsets(topic) : admin.fetchTopicOffsetsByTimestamp(topic, sinceMs)
    ).catch((error: unknown) => {
      if (error instanceof TypeError) throw partitionsUnknown(topic, error);
      throw error;
    });
    if (found.length === 0) throw partitionsUnknown(topic);
    return new Map(found.map(({ partition, offset }) => [partition, Number(offset)]));
  }, settlingMs);
}

/** As a broker says it, so that it counts as settling. */
const partitionsUnknown = (topic: string, cause?: Error): Error =>
  Object.assign(new Error(`kafkajs does not know the partitions of ${topic}`, { cause }), {
    type: 'UNKNOWN_TOPIC_OR_PARTITION',
  });
