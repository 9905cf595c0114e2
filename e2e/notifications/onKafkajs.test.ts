import { describeOnKafka } from '#platform/testkit/kafka/describeOnKafka.ts';
import { startTestSystem } from '../harness/startTestSystem.ts';
import { notifications } from './notifications.ts';

describeOnKafka('with the events on Kafka, by kafkajs', () =>
  notifications(() => startTestSystem({ bus: 'kafkajs', channels: ['web'] })),
);
