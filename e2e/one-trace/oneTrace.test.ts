import { afterAll, beforeAll, expect, test } from 'vitest';
import { print } from 'graphql';
import { OrderStatusChangedDocument, PlaceOrderDocument } from '#generated/bffs/web/operations.ts';
import { orderInput } from '../harness/placing.ts';
import { startTestSystem, type TestSystem } from '../harness/startTestSystem.ts';

let system: TestSystem;
beforeAll(async () => { system = await startTestSystem(); });
afterAll(() => system.stop());

test("a client's trace is in every event of its order, in every domain", async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const response = await fetch(system.urlOf('web'), {
    method: 'POST', body: JSON.stringify({ query: print(PlaceOrderDocument), variables: { input: orderInput('TAKEAWAY') } }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await system.tokenFor({ role: 'customer' })}`, traceparent: `00-${traceId}-b7ad6b7169203331-01` },
  });
  const { data } = await response.json() as { data: { placeOrder: { order: { id: string } } } };
  const orderId = data.placeOrder.order.id;
  await system.client('web', { role: 'customer' }).subscribe(OrderStatusChangedDocument, { orderId })
    .next((message) => message.orderStatusChanged?.status === 'CONFIRMED', 'CONFIRMED');

  for (const domain of ['orders', 'payments', 'inventory']) {
    const { rows } = await system.subgraph(domain).domain.pool.query<{ traceparent: string }>(
      `SELECT metadata ->> 'traceparent' AS traceparent FROM platform.event WHERE data ->> 'orderId' = $1`, [orderId],
    );
    expect(rows.length, domain).toBeGreaterThan(0);
    expect(rows.map(({ traceparent }) => traceparent.slice(3, 35)), domain).toEqual(rows.map(() => traceId));
  }
});
