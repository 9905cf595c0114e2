import { describeOnKafka } from '#platform/testkit/kafka/describeOnKafka.ts';
import { placeOrder } from './placeOrder.ts';

describeOnKafka('with the events on Kafka, by kafkajs', () => placeOrder('kafkajs'));
