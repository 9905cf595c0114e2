import pino from 'pino';
import { afterAll } from 'vitest';
import { kafkaBus } from '#platform/events/bus/kafka/kafkaBus.ts';
import { describeOnKafka } from '#platform/testkit/kafka/describeOnKafka.ts';
import { startKafkaBroker, type KafkaBroker } from '#platform/testkit/kafka/kafkaBroker.ts';
import { eventTopics } from '#schema/topics.ts';
import { membershipYear } from './membershipYear.ts';

let broker: KafkaBroker | undefined;
afterAll(() => broker?.stop('SIGKILL'));

describeOnKafka('a year with the events on Kafka, by kafkajs', () =>
  membershipYear(10, async () => {
    broker = await startKafkaBroker();
    const log = pino({ level: 'silent' });
    return kafkaBus({ brokers: [broker.brokers], client: 'kafkajs', log, topics: await eventTopics() });
  }),
);
