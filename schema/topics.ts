import { usualTopic, type TopicDescription } from '#platform/events/eventBus.ts';
import { eventCatalogue } from './eventCatalogue.ts';

/**
 * All topics of the chain: one for each domain that has events and each major version of them, all with the same
 * settings. A consumer may be down for seven days; inboxes remember events longer than Kafka may keep them. No topic
 * is compacted, since an event is not the latest state of its key.
 */
export async function eventTopics(): Promise<TopicDescription[]> {
  const events = await eventCatalogue();
  return [...new Set([...events.values()].map(({ topic }) => topic))].sort().map(usualTopic);
}
