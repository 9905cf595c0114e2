import { afterAll, beforeAll, expect, test } from 'vitest';
import { OrderTrackingPageDocument, PlaceOrderDocument } from '#generated/bffs/web/operations.ts';
import { orderInput } from '../harness/placing.ts';
import { startTestSystem, type TestSystem } from '../harness/startTestSystem.ts';

let system: TestSystem;
beforeAll(async () => { system = await startTestSystem(); });
afterAll(() => system.stop());

test('a page with one failing part is still a page, and is whole again when the part is back', async () => {
  const customer = system.client('web', { role: 'customer' });
  const { placeOrder } = await customer.ask(PlaceOrderDocument, { input: orderInput('TAKEAWAY') });
  if (placeOrder.__typename !== 'PlaceOrderSuccess') throw new Error(placeOrder.__typename);
  const page = () => customer.query(OrderTrackingPageDocument, { orderId: placeOrder.order.id });

  const cut = system.cutOff('payments');
  const partial = await page();
  expect(partial.data?.order).toMatchObject({ id: placeOrder.order.id, payment: null });
  expect(partial.errors.map((error) => error.extensions?.['code'])).toContain('SUBGRAPH_UNAVAILABLE');
  cut.back();

  const whole = await page();
  expect(whole.errors).toEqual([]);
  expect(whole.data?.order).toMatchObject({ id: placeOrder.order.id });
});
