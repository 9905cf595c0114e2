import { describeOnKafka } from '#platform/testkit/kafka/describeOnKafka.ts';
import { startTestSystem } from '../harness/startTestSystem.ts';
import { placeOrder } from './placeOrder.ts';

describeOnKafka('with the events on Kafka, by kafkajs', () =>
  placeOrder(() => startTestSystem({ bus: 'kafkajs', channels: ['kiosk'] })),
);
