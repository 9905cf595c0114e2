import { beforeAll, expect, test } from 'vitest';
import { PlaceOrderDocument, SetConsentDocument } from '#generated/bffs/web/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { orderInput } from '../harness/placing.ts';
import { customerMessages, markReady, startPreparation } from '../harness/staffDocuments.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';

/** What customers are told of their orders, on whichever bus the events come. */
export function notifications(systemOf: () => Promise<TestSystem>): void {
  let system: TestSystem;
  let customer: ChannelClient;
  let kitchen: ChannelClient;
  beforeAll(async () => {
    system = await systemOf();
    customer = system.client('web', { role: 'customer' });
    kitchen = system.client('gateway', { role: 'kitchen' });
  });

  const consent = async (granted: boolean) =>
    expect(
      (await customer.ask(SetConsentDocument, { input: { purpose: 'ORDER_NEWS_BY_EMAIL', granted } })).setConsent
        .__typename,
    ).toBe('SetConsentSuccess');

  /** What became of the messages about an order, by what they tell. */
  const messages = async (orderId: string): Promise<Record<string, string>> =>
    Object.fromEntries(
      (
        await system
          .subgraph('notifications')
          .domain.pool.query<{ about: string; status: string }>(
            'SELECT about, status FROM message WHERE order_id = $1',
            [orderId],
          )
      ).rows.map(({ about, status }) => [about, status]),
    );

  async function readyOrder(): Promise<string> {
    const { placeOrder } = await customer.ask(PlaceOrderDocument, { input: orderInput('TAKEAWAY') });
    if (placeOrder.__typename !== 'PlaceOrderSuccess') throw new Error(placeOrder.__typename);
    const orderId = placeOrder.order.id;
    for (const [document, success] of [
      [startPreparation, 'StartPreparationSuccess'],
      [markReady, 'MarkReadySuccess'],
    ] as const)
      await until(async () => (await kitchen.ask(document, { orderId })).result.__typename === success, {
        what: success,
        timeoutMs: 30_000,
      });
    return orderId;
  }

  test('an order that is ready makes one mail with consent, and none without', async () => {
    const address = 'ada@example.com';
    const mails = () =>
      system.mailbox.mails().filter(({ to, subject }) => to === address && subject.includes('fertig'));
    const before = mails().length;
    await consent(false);
    const silent = await readyOrder();
    await until(async () => (await messages(silent))['ORDER_READY'] === 'UNWANTED', { timeoutMs: 30_000 });
    expect(mails()).toHaveLength(before);

    await consent(true);
    const told = await readyOrder();
    await until(async () => (await messages(told))['ORDER_READY'] === 'SENT', { timeoutMs: 30_000 });
    expect(mails()).toHaveLength(before + 1);
    expect(await (await fetch(system.mailbox.pageUrl)).text()).toContain('ist fertig');
    const support = system.client('gateway', { role: 'support' });
    const read = await support.query(customerMessages, { id: seedId('customer', 1) });
    expect(JSON.stringify(read)).toContain(told);
    await consent(false);
  });
}
