import type { BusMessage } from '../../eventBus.ts';
import type { KafkaRecord } from './kafkaClient.ts';

/** Key and value of a Kafka message are UTF-8: the key as it is, the value JSON. What is not JSON is handed on as text. */
export const encode = ({ key, value }: { readonly key: string; readonly value: unknown }): { key: string; value: string } => ({ key, value: JSON.stringify(value) });

/** A message without a key or value, which only strangers send, has an empty one. */
export const kafkaRecord = (offset: number, key: Buffer | null | undefined, value: Buffer | null | undefined): KafkaRecord =>
  ({ offset, key: key?.toString() ?? '', text: value?.toString() ?? '' });

export function busMessage(topic: string, { key, text }: KafkaRecord): BusMessage {
  try {
    return { topic, key, value: JSON.parse(text) as unknown };
  } catch {
    return { topic, key, value: text };
  }
}
