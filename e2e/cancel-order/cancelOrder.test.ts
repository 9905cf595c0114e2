import { beforeAll, expect, test } from 'vitest';
import { CancelOrderDocument, OrderStatusChangedDocument, PlaceOrderDocument } from '#generated/bffs/web/operations.ts';
import { until } from '#platform/testkit/until.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { orderInput } from '../harness/placing.ts';
import { startPreparation } from '../harness/staffDocuments.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';

let system: TestSystem;
let customer: ChannelClient;
beforeAll(async () => {
  system = await sharedSystem();
  customer = system.client('web', { role: 'customer' });
});

/** An order that is paid for and waits in the kitchen's queue. */
async function confirmedOrder(): Promise<string> {
  const { placeOrder } = await customer.ask(PlaceOrderDocument, { input: orderInput('TAKEAWAY') });
  if (placeOrder.__typename !== 'PlaceOrderSuccess') throw new Error(placeOrder.__typename);
  const orderId = placeOrder.order.id;
  const statuses = customer.subscribe(OrderStatusChangedDocument, { orderId });
  await statuses.next((message) => message.orderStatusChanged?.status === 'CONFIRMED', 'CONFIRMED');
  statuses.stop();
  return orderId;
}

const outcomes = async (domain: string, path: string, orderId: string): Promise<string[]> =>
  (
    await system
      .subgraph(domain)
      .domain.pool.query<{ what: string }>(
        `SELECT data ->> '${path}' AS what FROM platform.event WHERE data ->> 'orderId' = $1 ORDER BY position`,
        [orderId],
      )
  ).rows.map(({ what }) => what);

test('cancelled in time: what was authorised and reserved is given back, once', async () => {
  const orderId = await confirmedOrder();
  expect((await customer.ask(CancelOrderDocument, { orderId })).cancelOrder.__typename).toBe('CancelOrderSuccess');
  expect((await customer.ask(CancelOrderDocument, { orderId })).cancelOrder.__typename).toBe('CancelOrderSuccess');
  await until(async () => (await outcomes('payments', 'outcome', orderId)).includes('VOIDED'), {
    what: 'the authorisation is voided',
    timeoutMs: 30_000,
  });
  expect(await outcomes('payments', 'outcome', orderId)).toEqual(['AUTHORISED', 'VOIDED']);
  const stock = await outcomes('inventory', 'kind', orderId);
  expect(stock.filter((kind) => kind === 'RELEASED').length).toBe(stock.filter((kind) => kind === 'RESERVED').length);
  expect(stock).toContain('RELEASED');
});

test('too late: the kitchen has begun, and the order goes on', async () => {
  const orderId = await confirmedOrder();
  const kitchen = system.client('gateway', { role: 'kitchen' });
  expect((await kitchen.ask(startPreparation, { orderId })).result.__typename).toBe('StartPreparationSuccess');
  expect((await customer.ask(CancelOrderDocument, { orderId })).cancelOrder).toMatchObject({
    __typename: 'OrderTooLateToCancel',
    status: 'PREPARING',
  });
  expect(await outcomes('payments', 'outcome', orderId)).toEqual(['AUTHORISED']);
});
