import { beforeAll, expect, test } from 'vitest';
import {
  OrderPaymentChangedDocument,
  OrderStatusChangedDocument,
  OrderTrackingPageDocument,
  PlaceOrderDocument,
} from '#generated/bffs/web/operations.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { orderInput } from '../harness/placing.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { setOpeningException } from '../harness/staffDocuments.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';

/** In London, where Kassa takes the payments. */
const storeId = seedId('store', 53);
let system: TestSystem;
let customer: ChannelClient;
beforeAll(async () => {
  system = await sharedSystem();
  customer = system.client('web', { role: 'customer' });
  const admin = system.client('gateway', { role: 'admin' });
  for (const ahead of [0, 1]) {
    const at = new Date(Date.now() + ahead * 86_400_000);
    const date = at.toLocaleDateString('sv-SE', { timeZone: 'Europe/London' });
    await admin.ask(setOpeningException, {
      input: { storeId, date, intervals: [{ opens: '00:00', closes: '00:00' }] },
    } as never);
  }
});

async function challenged() {
  const { placeOrder } = await customer.ask(PlaceOrderDocument, {
    input: orderInput('TAKEAWAY', { storeId, payment: { methodToken: 'tok_3ds' } }),
  });
  if (placeOrder.__typename !== 'PlaceOrderSuccess') throw new Error(JSON.stringify(placeOrder));
  const orderId = placeOrder.order.id;
  // Payments hears of the order a moment later: the stream waits for it.
  const payment = customer.subscribe(OrderPaymentChangedDocument, { orderId });
  const statuses = customer.subscribe(OrderStatusChangedDocument, { orderId });
  const { orderPaymentChanged } = await payment.next(
    (message) => message.orderPaymentChanged?.status === 'CHALLENGED',
    'CHALLENGED',
  );
  const { url } = orderPaymentChanged!.confirmation!;
  return { orderId, payment, statuses, url };
}
const atBank = (url: string, agrees: 'yes' | 'no') =>
  fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ agrees }) });
const ledger = async (orderId: string) => {
  const answer = await fetch(`${system.provider.url}/kassa/ledger?reference=${orderId}`, {
    headers: { authorization: `Bearer ${system.provider.apiKey}` },
  });
  return ((await answer.json()) as { data: { kind: string }[] }).data.map(({ kind }) => kind);
};

test('a customer whose bank asks them is told where to confirm, and their order goes on as soon as they have', async () => {
  const { orderId, payment, statuses, url } = await challenged();
  const { order } = await customer.ask(OrderTrackingPageDocument, { orderId });
  expect(order).toMatchObject({ status: 'PLACED', payment: { status: 'CHALLENGED', confirmation: { url } } });
  expect(await (await fetch(url)).text()).toContain('Yes, pay');
  const back = await atBank(url, 'yes');
  expect([back.status, back.headers.get('location')]).toEqual([303, `https://www.drburger.example/orders/${orderId}`]);
  const confirmed = await payment.next((message) => message.orderPaymentChanged?.status === 'AUTHORISED', 'AUTHORISED');
  expect(confirmed.orderPaymentChanged?.confirmation).toBeNull();
  await statuses.next((message) => message.orderStatusChanged?.status === 'CONFIRMED', 'CONFIRMED');
  expect(await ledger(orderId)).toEqual(['challenge', 'confirm']);
});

test('a customer who refuses at their bank has a rejected order, and is not charged', async () => {
  const { orderId, statuses, url } = await challenged();
  await atBank(url, 'no');
  const last = await statuses.next((message) => message.orderStatusChanged?.status === 'REJECTED', 'REJECTED');
  expect(last.orderStatusChanged).toMatchObject({ reason: 'PAYMENT_DECLINED' });
  expect(await ledger(orderId)).toEqual(['challenge', 'decline']);
});
