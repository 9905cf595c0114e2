import { expect, test } from 'vitest';
import {
  OrderBoardDocument,
  OrderScreenDocument,
  OrderStatusChangedDocument,
  PlaceOrderDocument,
} from '#generated/bffs/kiosk/operations.ts';
import { countStatements } from '#platform/testkit/countStatements.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { orderInput, orderOf } from '../harness/placing.ts';
import { startPreparation } from '../harness/staffDocuments.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';

/** How often each of the two screens is asked for: more than a guest does. */
const reads = 50;

test('guests who ask again how their order stands cost no statement, and are never told what is over', async () => {
  const system = await sharedSystem();
  const kiosk = system.client('kiosk', { role: 'kiosk', subject: 'reading-kiosk' });
  const kitchen = system.client('gateway', { role: 'kitchen', subject: 'reading-kitchen' });
  const input = orderInput('KIOSK');
  const orderId = orderOf((await kiosk.ask(PlaceOrderDocument, { input })).placeOrder).id;
  const statuses = kiosk.subscribe(OrderStatusChangedDocument, { orderId });
  const reached = (status: string) => statuses.next((message) => message.orderStatusChanged?.status === status, status);
  const screen = () => kiosk.ask(OrderScreenDocument, { orderId });
  const board = () => kiosk.ask(OrderBoardDocument, { storeId: input.storeId });
  await reached('CONFIRMED');

  const names = ['orders', 'payments'] as const;
  const counts: number[] = [];
  // What polls meanwhile is counted, too: in one of some rounds there is little of it.
  for (let round = 0; round < 4 && Math.min(...counts, Infinity) > reads / 2; round += 1) {
    const databases = names.map((name) => system.databases[name]!);
    const counted = await countStatements(databases, async () => {
      for (let n = 0; n < reads; n += 1) {
        expect((await screen()).order?.status).toBe('CONFIRMED');
        expect((await board()).orderBoard?.preparing.some((entry) => entry.orderId === orderId)).toBe(true);
      }
    });
    counts.push([...counted.values()].reduce((sum, { statements }) => sum + statements, 0));
  }
  expect(Math.min(...counts)).toBeLessThanOrEqual(reads / 2);

  // The kitchen uses another channel, and another caller's stream has told the guest.
  await kitchen.ask(startPreparation, { orderId });
  await reached('PREPARING');
  expect((await screen()).order?.status).toBe('PREPARING');
  const entry = (await board()).orderBoard?.preparing.find((each) => each.orderId === orderId);
  expect(entry?.status).toBe('PREPARING');

  // What is kept for one store is for nobody of another.
  const store = seedId('store', 2);
  const elsewhere = system.client('kiosk', { role: 'kiosk', subject: 'reading-kiosk', store });
  expect((await elsewhere.ask(OrderScreenDocument, { orderId })).order).toBeNull();
  expect((await elsewhere.ask(OrderBoardDocument, { storeId: input.storeId })).orderBoard).toBeNull();
});
