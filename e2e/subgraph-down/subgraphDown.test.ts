import { beforeAll, expect, test } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import { OrderTrackingPageDocument, PlaceOrderDocument } from '#generated/bffs/web/operations.ts';
import { orderInput, orderOf } from '../harness/placing.ts';
import { shutDatabase } from '../harness/shutDatabase.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await sharedSystem();
});

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

test.each(['orders', 'stores', 'menu'])(
  'an order while the database of %s is down is told to come later, and is placed by the same request when it is back',
  async (domain) => {
    const customer = system.client('web', { role: 'customer' });
    const input = orderInput('TAKEAWAY');
    const shut = await shutDatabase(system, domain);
    const { data, errors } = await customer.mutate(PlaceOrderDocument, { input }).finally(() => shut.open());
    expect(data?.placeOrder ?? null).toBeNull();
    expect(errors.map(({ extensions, message }) => [extensions?.['code'], message])).toEqual([
      ['SUBGRAPH_UNAVAILABLE', expect.any(String)],
    ]);
    const placed = await until(async () => (await customer.mutate(PlaceOrderDocument, { input })).data?.placeOrder);
    expect(orderOf(placed).id).toBeTruthy();
  },
);
