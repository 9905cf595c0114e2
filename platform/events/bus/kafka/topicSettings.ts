import type { TopicDescription } from '../../eventBus.ts';
import type { ExistingTopic } from './kafkaClient.ts';

/**
 * How a topic is made. Never compacted: its messages are facts, each of which every group must hear, and the newest of
 * a key does not stand for those before. Replicas and their minimum are the cluster's own defaults.
 */
export const settingsOf = ({ retentionDays }: TopicDescription): Record<string, string> => ({
  'cleanup.policy': 'delete',
  'retention.ms': String(retentionDays * 86_400_000),
  'message.timestamp.type': 'LogAppendTime',
});

/**
 * In which way an existing topic is not as described, in one line; undefined if it is. Nothing is altered: other
 * partitions would mean another order of a key.
 */
export function differenceOf(description: TopicDescription, existing: ExistingTopic): string | undefined {
  const wanted = { partitions: String(description.partitions), ...settingsOf(description) };
  const found = new Map([...existing.settings, ['partitions', String(existing.partitions)]]);
  const different = Object.entries(wanted).filter(([key, value]) => found.get(key) !== value);
  if (!different.length) return undefined;
  return `the topic ${description.name} has ${different.map(([key, value]) => `${key} ${found.get(key) ?? 'unset'} where ${value} is described`).join(', ')}; it is left as it is`;
}
