import { beforeAll, expect, test } from 'vitest';
import { OrderStatusChangedDocument, PlaceOrderDocument } from '#generated/bffs/web/operations.ts';
import { orderInput } from '../harness/placing.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await sharedSystem();
});

test('a declined card rejects the order, tells the customer why, charges nothing and holds no stock', async () => {
  const customer = system.client('web', { role: 'customer' });
  const { placeOrder } = await customer.ask(PlaceOrderDocument, {
    input: orderInput('TAKEAWAY', { payment: { methodToken: 'tok_declined' } }),
  });
  if (placeOrder.__typename !== 'PlaceOrderSuccess') throw new Error(placeOrder.__typename);
  const orderId = placeOrder.order.id;

  const statuses = customer.subscribe(OrderStatusChangedDocument, { orderId });
  const last = await statuses.next((message) => message.orderStatusChanged?.status === 'REJECTED', 'REJECTED');
  expect(last.orderStatusChanged).toMatchObject({ status: 'REJECTED', reason: 'PAYMENT_DECLINED' });

  const answer = await fetch(`${system.provider.url}/v1/ledger?merchantReference=${orderId}`, {
    headers: { authorization: `Bearer ${system.provider.apiKey}` },
  });
  const { data: entries } = (await answer.json()) as { data: { kind: string }[] };
  expect(entries.length).toBeGreaterThan(0);
  expect(entries.filter(({ kind }) => /captur/i.test(kind))).toEqual([]);
  const { rows } = await system
    .subgraph('inventory')
    .domain.pool.query<{ type: string }>(`SELECT type FROM platform.event WHERE data ->> 'orderId' = $1`, [orderId]);
  expect(rows).toEqual([]);
});
