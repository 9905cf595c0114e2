import type { BusMessage } from '../../eventBus.ts';
import type { KafkaRecord } from './kafkaClient.ts';

/**
 * Key and value of a Kafka message are UTF-8: the key as it is, the value JSON. What is not JSON is handed on as text.
 */
export const encode = ({
  key,
  value,
}: {
  readonly key: string;
  readonly value: unknown;
}): { key: string; value: string } => ({ key, value: JSON.stringify(value) });

/** Half of what a broker takes at once for a partition unless it is told otherwise (`message.max.bytes`, 1 MiB). */
const mostBytes = 524_288;
/** What a record has besides its key and value, generously. */
const recordBytes = 100;

/**
 * Cuts messages into runs that a broker takes at once, in order: of all that go to one partition a client makes a
 * single batch. One that is too large alone stays alone.
 */
export function inRuns<Message extends { readonly key: string; readonly value: string }>(
  messages: readonly Message[],
): Message[][] {
  const runs: Message[][] = [];
  let room = 0;
  for (const message of messages) {
    const bytes = Buffer.byteLength(message.key) + Buffer.byteLength(message.value) + recordBytes;
    if (!runs.length || bytes > room) {
      runs.push([]);
      room = mostBytes;
    }
    runs.at(-1)!.push(message);
    room -= bytes;
  }
  return runs;
}

/** A message without a key or value, which only strangers send, has an empty one. */
export const kafkaRecord = (
  offset: number,
  key: Buffer | null | undefined,
  value: Buffer | null | undefined,
): KafkaRecord => ({ offset, key: key?.toString() ?? '', text: value?.toString() ?? '' });

export function busMessage(topic: string, { key, text }: KafkaRecord): BusMessage {
  try {
    return { topic, key, value: JSON.parse(text) as unknown };
  } catch {
    return { topic, key, value: text };
  }
}
