import { beforeAll, expect, test } from 'vitest';
import {
  OrderScreenDocument,
  OrderStatusChangedDocument,
  PlaceOrderDocument,
} from '#generated/bffs/mobile/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { orderInput } from '../harness/placing.ts';
import { startTestSystem, type TestSystem } from '../harness/startTestSystem.ts';

let system: TestSystem;
// The simulated people bring documents of their own, which production would not run.
beforeAll(async () => {
  system = await startTestSystem({
    profile: 'development',
    channels: ['mobile', 'delivery'],
    simulation: {
      pace: { start: 0.2, cook: 0.3, accept: 0.2, ride: 0.3, look: 0.2 },
      couriers: [seedId('courier', 2), seedId('courier', 3), seedId('courier', 4)],
    },
  });
});

test('a delivery ordered on the phone is cooked, carried, paid and rewarded', async () => {
  const customer = system.client('mobile', { role: 'customer' });
  const { placeOrder } = await customer.ask(PlaceOrderDocument, {
    input: orderInput('DELIVERY', { addressVersionId: seedId('addressVersion', '1/1') }),
  });
  if (placeOrder.__typename !== 'PlaceOrderSuccess') throw new Error(JSON.stringify(placeOrder));
  const orderId = placeOrder.order.id;
  const statuses = customer.subscribe(OrderStatusChangedDocument, { orderId });
  for (const status of ['OUT_FOR_DELIVERY', 'COMPLETED']) {
    await until(
      () => {
        if (statuses.errors[0]) throw new Error(JSON.stringify(statuses.errors[0]));
        return statuses.messages.some((message) => message.orderStatusChanged?.status === status);
      },
      { what: status, timeoutMs: 40_000 },
    );
  }
  const { order } = await customer.ask(OrderScreenDocument, { orderId });
  expect(order).toMatchObject({ status: 'COMPLETED' });
  const outcomes = await system
    .subgraph('payments')
    .domain.pool.query<{ outcome: string }>(
      `SELECT data ->> 'outcome' AS outcome FROM platform.event WHERE data ->> 'orderId' = $1 ORDER BY position`,
      [orderId],
    );
  expect(outcomes.rows.map(({ outcome }) => outcome)).toEqual(['AUTHORISED', 'CAPTURED']);
  await until(
    async () =>
      (
        await system
          .subgraph('loyalty')
          .domain.pool.query(`SELECT FROM platform.event WHERE data ->> 'orderId' = $1`, [orderId])
      ).rowCount === 1,
    { what: 'points', timeoutMs: 30_000 },
  );
});
