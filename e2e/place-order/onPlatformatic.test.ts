import { describeOnKafka } from '#platform/testkit/kafka/describeOnKafka.ts';
import { startTestSystem } from '../harness/startTestSystem.ts';
import { placeOrder } from './placeOrder.ts';

describeOnKafka('with the events on Kafka, by platformatic', () =>
  placeOrder(() => startTestSystem({ bus: 'platformatic', channels: ['kiosk'] })),
);
