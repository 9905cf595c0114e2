import { afterAll, beforeAll, describe } from 'vitest';
import { describeOnKafka } from '#platform/testkit/kafka/describeOnKafka.ts';
import { deliveryPartner } from '../delivery-partner/deliveryPartner.ts';
import { launchTestSystem, type TestSystem } from '../harness/startTestSystem.ts';
import {
  loyaltyReconciliation,
  partnerOfTests,
  type PartnerOfTests,
} from '../loyalty-reconciliation/loyaltyReconciliation.ts';
import { marketplaceOrder } from '../marketplace-order/marketplaceOrder.ts';
import { webhooksIn } from '../webhooks-in/webhooksIn.ts';
import { webhooksOut } from '../webhooks-out/webhooksOut.ts';

/**
 * What goes on between this system and those outside, with Kafka as the bus: one system for all, since it takes long to
 * start.
 */
describeOnKafka('with the events on Kafka', () => {
  let launched: Awaited<ReturnType<typeof launchTestSystem>>;
  let loyaltyPartner: PartnerOfTests;
  beforeAll(async () => {
    loyaltyPartner = await partnerOfTests();
    launched = await launchTestSystem({
      bus: 'platformatic',
      channels: ['mobile', 'web', 'delivery', 'partner', 'staff'],
      configuration: loyaltyPartner.configuration,
    });
  });
  afterAll(async () => {
    await launched.stop();
    await loyaltyPartner.partner.close();
  });
  const begin = (): Promise<TestSystem> => Promise.resolve(launched.system);

  // Before the others, whose orders earn points, too.
  describe('loyalty partner', () =>
    loyaltyReconciliation(() => Promise.resolve({ system: launched.system, ofTests: loyaltyPartner })));
  describe('orders from vendors', () => marketplaceOrder(begin));
  describe('delivery partners', () => deliveryPartner(begin));
  describe('webhooks in', () => webhooksIn(begin));
  describe('webhooks out', () => webhooksOut(begin));
});
