import pino from 'pino';
import { kafkaBus } from '#platform/events/bus/kafka/kafkaBus.ts';
import { describeOnKafka } from '#platform/testkit/kafka/describeOnKafka.ts';
import { startKafkaBroker } from '#platform/testkit/kafka/kafkaBroker.ts';
import { whenFileEnds } from '#platform/testkit/whenFileEnds.ts';
import { eventTopics } from '#schema/topics.ts';
import { membershipYear } from './membershipYear.ts';

describeOnKafka('a year with the events on Kafka, by kafkajs', () =>
  membershipYear(10, async () => {
    const broker = await startKafkaBroker();
    whenFileEnds(() => broker.stop('SIGKILL'));
    const log = pino({ level: 'silent' });
    return kafkaBus({ brokers: [broker.brokers], client: 'kafkajs', log, topics: await eventTopics() });
  }),
);
