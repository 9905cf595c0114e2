import { usualTopic, type TopicDescription } from '#platform/events/eventBus.ts';
import { eventCatalogue } from './eventCatalogue.ts';

/**
 * Every topic of the chain: one for each domain and major version that has events, all alike. Seven days is what the
 * slowest consumer may be down; the inboxes remember longer than Kafka may keep them. None is compacted: an event is no
 * state of its key.
 */
export async function eventTopics(): Promise<TopicDescription[]> {
  const events = await eventCatalogue();
  return [...new Set([...events.values()].map(({ topic }) => topic))].sort().map(usualTopic);
}
