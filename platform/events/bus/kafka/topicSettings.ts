import type { TopicDescription } from '../../eventBus.ts';
import type { ExistingTopic } from './kafkaClient.ts';

/**
 * The settings that a topic is made with. It is never compacted: messages are events, and every group has to get each
 * of them, not only the newest of a key. The number of replicas and `min.insync.replicas` are the cluster's defaults.
 */
export const settingsOf = ({ retentionDays }: TopicDescription): Record<string, string> => ({
  'cleanup.policy': 'delete',
  'retention.ms': String(retentionDays * 86_400_000),
  'message.timestamp.type': 'LogAppendTime',
});

/**
 * One line that says how an existing topic differs from its description; undefined if it does not. The topic itself is
 * left as it is: another number of partitions would move keys to other partitions and so break their order.
 */
export function differenceOf(description: TopicDescription, existing: ExistingTopic): string | undefined {
  const wanted = { partitions: String(description.partitions), ...settingsOf(description) };
  const found = new Map([...existing.settings, ['partitions', String(existing.partitions)]]);
  const different = Object.entries(wanted).filter(([key, value]) => found.get(key) !== value);
  if (!different.length) return undefined;
  return `the topic ${description.name} has ${different.map(([key, value]) => `${key} ${found.get(key) ?? 'unset'} where ${value} is described`).join(', ')}; it is left as it is`;
}
