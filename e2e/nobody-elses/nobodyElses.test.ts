import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { OrderScreenDocument as KioskOrderScreen } from '#generated/bffs/kiosk/operations.ts';
import {
  OrderScreenDocument,
  OrderStatusChangedDocument,
  PlaceOrderDocument,
} from '#generated/bffs/mobile/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { orderInput } from '../harness/placing.ts';
import { startPreparation } from '../harness/staffDocuments.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';

let system: TestSystem;
let orderId: string;
beforeAll(async () => {
  system = await sharedSystem();
  const { placeOrder } = await system
    .client('mobile', { role: 'customer' })
    .ask(PlaceOrderDocument, { input: orderInput('TAKEAWAY') });
  if (placeOrder.__typename !== 'PlaceOrderSuccess') throw new Error(placeOrder.__typename);
  orderId = placeOrder.order.id;
});

const elsewhere = seedId('store', 2);
const missing = randomUUID();

test("another customer's order, over HTTP and WebSocket, is as one that does not exist", async () => {
  const other = system.client('mobile', { role: 'customer', subject: seedId('customer', 2) });
  expect(await other.query(OrderScreenDocument, { orderId })).toEqual(
    await other.query(OrderScreenDocument, { orderId: missing }),
  );
  expect((await other.query(OrderScreenDocument, { orderId })).data).toMatchObject({ order: null });
  expect((await system.client('mobile', { role: 'customer' }).ask(OrderScreenDocument, { orderId })).order?.id).toBe(
    orderId,
  );
  const [stream, none] = [orderId, missing].map((id) => other.subscribe(OrderStatusChangedDocument, { orderId: id }));
  await until(() => stream!.errors.length > 0 && none!.errors.length > 0, { what: 'both streams are refused' });
  expect(stream!.errors).toEqual(none!.errors);
  expect(stream!.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  expect(stream!.messages.filter((message) => message.orderStatusChanged)).toEqual([]);
});

test("another store's order: neither its kiosk nor its kitchen gets at it", async () => {
  const kiosk = system.client('kiosk', { role: 'kiosk', store: elsewhere });
  expect((await kiosk.query(KioskOrderScreen, { orderId })).data).toMatchObject({ order: null });
  const kitchen = system.client('gateway', { role: 'kitchen', store: elsewhere });
  const answers = await Promise.all([orderId, missing].map((id) => kitchen.ask(startPreparation, { orderId: id })));
  expect(answers.map(({ result }) => result.__typename)).toEqual(['OrderNotFound', 'OrderNotFound']);
});
