import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { TileScreenDocument } from '#generated/bffs/kiosk/operations.ts';
import {
  OrderStatusChangedDocument,
  OrderTrackingPageDocument,
  PlaceOrderDocument,
  StoreMenuPageDocument,
} from '#generated/bffs/web/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { ledgerOf } from '../harness/ledgerOf.ts';
import { cheeseburgers, orderInput, orderOf } from '../harness/placing.ts';
import { adjustStock, receiveStock, storeRoom } from '../harness/staffDocuments.ts';
import { demoStore, startTestSystem, type TestSystem } from '../harness/startTestSystem.ts';

let system: TestSystem;
let customer: ChannelClient;
let kiosk: ChannelClient;
let manager: ChannelClient;
beforeAll(async () => {
  system = await startTestSystem({ channels: ['web', 'kiosk'] });
  customer = system.client('web', { role: 'customer' });
  kiosk = system.client('kiosk', { role: 'kiosk' });
  manager = system.client('gateway', { role: 'manager' });
});

const cheddar = { storeId: demoStore, ingredientId: seedId('ingredient', 'cheddar') };
const cheeseburger = cheeseburgers.menuItemId;
const onHand = async (): Promise<number> => (await manager.ask(storeRoom, cheddar)).stockItem?.onHand ?? -1;

/** A burger takes one slice. */
const order = async (quantity: number) =>
  (
    await customer.ask(PlaceOrderDocument, {
      input: orderInput('TAKEAWAY', { lines: [{ menuItemId: cheeseburger, quantity }] }),
    })
  ).placeOrder;

/** The first of these statuses that the order reaches, and the reason that is told with it. */
async function reaches(orderId: string, ...statuses: string[]) {
  const stream = customer.subscribe(OrderStatusChangedDocument, { orderId });
  const { orderStatusChanged: last } = await stream.next(
    (message) => statuses.includes(message.orderStatusChanged?.status ?? ''),
    statuses.join(' or '),
  );
  stream.stop();
  return { orderId, status: last?.status, reason: last?.reason };
}

async function shown(): Promise<{
  web: boolean | undefined;
  why: string | null | undefined;
  kiosk: boolean | undefined;
}> {
  const { store } = await customer.ask(StoreMenuPageDocument, { storeId: demoStore });
  const entry = store?.menu?.sections
    .flatMap(({ entries }) => entries.edges)
    .find(({ node }) => node.item.id === cheeseburger)?.node;
  const { kiosk: screen } = await kiosk.ask(TileScreenDocument, {});
  const tile = screen?.tilePages?.flatMap(({ tiles }) => tiles).find(({ item }) => item.id === cheeseburger);
  return { web: entry?.available, why: entry?.unavailableReason, kiosk: tile?.available };
}

async function isPaidBack({
  orderId,
  reason,
}: {
  readonly orderId: string;
  readonly reason?: string | null | undefined;
}) {
  expect(reason).toBe('OUT_OF_STOCK');
  const { order: page } = await customer.ask(OrderTrackingPageDocument, { orderId });
  expect(page).toMatchObject({
    status: 'REJECTED',
    reason: 'OUT_OF_STOCK',
    cancellable: false,
    payment: { captured: { amount: 0 } },
  });
  const ledger = await until(
    async () => {
      const movements = await ledgerOf(system.provider, orderId);
      return movements.length > 1 && movements;
    },
    { what: 'the authorisation is given back', timeoutMs: 30_000 },
  );
  expect(ledger.map(({ kind }) => kind)).toEqual(['authorisation', 'void']);
}

const becomes = (available: boolean) =>
  until(
    async () => {
      const now = await shown();
      return now.web === available && now.kiosk === available && now;
    },
    { what: `the menu shows it ${available ? '' : 'un'}available`, timeoutMs: 30_000 },
  );

test('the last slices go to one of two; the other is rejected and paid back, who comes later is refused before any card is asked, and the menu says so until goods come in', async () => {
  const counted = {
    ...cheddar,
    quantity: 3 - (await onHand()),
    reason: 'COUNTED' as const,
    idempotencyKey: randomUUID(),
  };
  expect((await manager.ask(adjustStock, { input: counted })).result.__typename).toBe('StockChangeSuccess');
  expect(await shown()).toEqual({ web: true, why: null, kiosk: true });

  // Both are asked for before either has its slices, so the store-room has the last word; unless one comes so much
  // later that it is told at once.
  const both = await Promise.all([order(2), order(2)]);
  const taken = both.filter(({ __typename }) => __typename === 'PlaceOrderSuccess').map((each) => orderOf(each));
  const ended = await Promise.all(taken.map(({ id }) => reaches(id, 'CONFIRMED', 'REJECTED')));
  const [first, ...more] = ended.filter(({ status }) => status === 'CONFIRMED');
  expect(more).toEqual([]);
  expect(both.map(({ __typename }) => __typename)).toContain('PlaceOrderSuccess');
  for (const { __typename } of both) expect(['PlaceOrderSuccess', 'OrderItemUnavailable']).toContain(__typename);
  for (const late of ended.filter(({ status }) => status === 'REJECTED')) await isPaidBack(late);
  expect((await ledgerOf(system.provider, first!.orderId)).map(({ kind }) => kind)).toEqual(['authorisation']);
  expect((await manager.ask(storeRoom, cheddar)).stockItem).toMatchObject({ onHand: 1, reserved: 2 });

  // One burger more could be made, and the menu still offers it; two of them cannot.
  expect(await order(2)).toMatchObject({ __typename: 'OrderItemUnavailable', item: { id: cheeseburger } });
  await reaches(orderOf(await order(1)).id, 'CONFIRMED');
  expect(await becomes(false)).toMatchObject({ why: 'OUT_OF_STOCK' });
  expect(await order(1)).toMatchObject({ __typename: 'OrderItemUnavailable', item: { id: cheeseburger } });

  const goods = {
    storeId: demoStore,
    lines: [{ ingredientId: cheddar.ingredientId, quantity: 100 }],
    idempotencyKey: randomUUID(),
  };
  expect((await manager.ask(receiveStock, { input: goods })).result.__typename).toBe('StockChangeSuccess');
  expect(await becomes(true)).toMatchObject({ why: null });
  await reaches(orderOf(await order(2)).id, 'CONFIRMED');
});
