import { afterAll, beforeAll, describe } from 'vitest';
import { describeOnKafka } from '#platform/testkit/kafka/describeOnKafka.ts';
import { deliveryPartner } from '../delivery-partner/deliveryPartner.ts';
import { launchTestSystem, type TestSystem } from '../harness/startTestSystem.ts';
import { marketplaceOrder } from '../marketplace-order/marketplaceOrder.ts';
import { webhooksIn } from '../webhooks-in/webhooksIn.ts';
import { webhooksOut } from '../webhooks-out/webhooksOut.ts';

/**
 * What goes on between this system and those outside, with Kafka as the bus: one system for all, since it takes long to
 * start.
 */
describeOnKafka('with the events on Kafka', () => {
  let launched: Awaited<ReturnType<typeof launchTestSystem>>;
  beforeAll(async () => {
    launched = await launchTestSystem({
      bus: 'platformatic',
      channels: ['mobile', 'web', 'delivery', 'partner', 'staff'],
    });
  });
  afterAll(() => launched.stop());
  const begin = (): Promise<TestSystem> => Promise.resolve(launched.system);

  describe('orders from vendors', () => marketplaceOrder(begin));
  describe('delivery partners', () => deliveryPartner(begin));
  describe('webhooks in', () => webhooksIn(begin));
  describe('webhooks out', () => webhooksOut(begin));
});
