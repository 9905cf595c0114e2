import type { BusMessage } from '../../eventBus.ts';

/** A message of a partition as the broker keeps it. */
export interface KafkaRecord {
  readonly offset: number;
  readonly key: string;
  readonly text: string;
}

/**
 * Encodes a message for Kafka: the key as UTF-8, the value as JSON. `busMessage` decodes it.
 */
export const encode = ({
  key,
  value,
}: {
  readonly key: string;
  readonly value: unknown;
}): { key: string; value: string } => ({ key, value: JSON.stringify(value) });

/** Half of the largest batch that a broker takes for a partition by default (`message.max.bytes`, 1 MiB). */
const mostBytes = 524_288;
/** More than a record needs besides its key and value. */
const recordBytes = 100;

/**
 * Cuts messages into runs, in order, none of them larger than the batch that a broker takes: a client puts all messages
 * of a call that go to one partition into a single batch. A message that is too large by itself gets a run of its own.
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

/** A record without a key or value gets an empty one. Our own producers never send such records; others may. */
export const kafkaRecord = (
  offset: number,
  key: Buffer | null | undefined,
  value: Buffer | null | undefined,
): KafkaRecord => ({ offset, key: key?.toString() ?? '', text: value?.toString() ?? '' });

/** Decodes a record. A value that is not JSON is handed on as text: it is up to the consumer to refuse it. */
export function busMessage(topic: string, { key, text }: KafkaRecord): BusMessage {
  try {
    return { topic, key, value: JSON.parse(text) as unknown };
  } catch {
    return { topic, key, value: text };
  }
}
