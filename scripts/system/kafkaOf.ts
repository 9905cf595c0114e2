import type { Logger } from 'pino';
import type { PlatformSettings } from '#platform/config/settings.ts';
import { StartupError } from '#platform/config/startupError.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import { eventTopics } from '#schema/topics.ts';

/** The bus on the brokers that the settings name, its topics made. @throws StartupError when there is none, within seconds */
export async function kafkaOf({ KAFKA_BROKERS, KAFKA_CLIENT }: PlatformSettings, log: Logger): Promise<EventBus> {
  const brokers = KAFKA_BROKERS.split(',').map((each) => each.trim()).filter(Boolean);
  if (!brokers.length) throw new StartupError('KAFKA_BROKERS is missing: BUS=kafka needs host:port of at least one broker.');
  const odd = brokers.find((each) => !/^[^\s:]+:\d+$/.test(each));
  if (odd) throw new StartupError(`KAFKA_BROKERS holds ${odd}: write host:port, separated by commas.`);
  const { kafkaBus } = await import('#platform/events/bus/kafka/kafkaBus.ts');
  return kafkaBus({ brokers, client: KAFKA_CLIENT, log, topics: await eventTopics() });
}
