import { beforeAll, expect, test } from 'vitest';
import {
  OrderBoardChangedDocument,
  OrderBoardDocument,
  OrderScreenDocument,
  OrderStatusChangedDocument,
  PlaceOrderDocument,
  StartScreenDocument,
  TileScreenDocument,
} from '#generated/bffs/kiosk/operations.ts';
import { until } from '#platform/testkit/until.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { orderInput } from '../harness/placing.ts';
import { handOver, markReady, startPreparation } from '../harness/staffDocuments.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { demoStore, type TestSystem } from '../harness/startTestSystem.ts';

let system: TestSystem;
let kiosk: ChannelClient;
let kitchen: ChannelClient;

beforeAll(async () => {
  system = await sharedSystem();
  kiosk = system.client('kiosk', { role: 'kiosk' });
  kitchen = system.client('gateway', { role: 'kitchen' });
});

test('a device shows its store and tiles to touch', async () => {
  const start = await kiosk.ask(StartScreenDocument, {});
  expect(start.kiosk).toMatchObject({
    deviceId: 'kiosk-1',
    store: { id: demoStore, openNow: true, acceptingOrders: true },
  });
  expect(start.menuCategories.length).toBeGreaterThan(5);

  const { kiosk: screen } = await kiosk.ask(TileScreenDocument, { locale: 'DE', pageSize: 6 });
  const pages = screen?.tilePages ?? [];
  const tiles = pages.flatMap((page) => page.tiles);
  expect(tiles.length).toBeGreaterThan(80);
  expect(pages.every((page) => page.tiles.length >= 1 && page.tiles.length <= 6 && page.number <= page.count)).toBe(
    true,
  );
  const cheeseburger = tiles.find(({ item }) => item.id === orderInput('KIOSK').lines[0]!.menuItemId);
  expect(cheeseburger).toMatchObject({
    label: 'Cheeseburger',
    priceText: '6,40\u00a0€',
    available: true,
    imageUrl: expect.stringMatching(/^http:.*\/images\/menu\/[0-9a-f]{32}-480\.webp$/) as string,
  });
});

test('a guest orders, and sees the order through to COMPLETED on the screen and on the board', async () => {
  const placed = await kiosk.ask(PlaceOrderDocument, { input: orderInput('KIOSK', { expectedTotal: 1280 }) });
  expect(placed.placeOrder).toMatchObject({
    __typename: 'PlaceOrderSuccess',
    order: { total: { amount: 1280, currency: 'EUR' } },
  });
  if (placed.placeOrder.__typename !== 'PlaceOrderSuccess') return;
  const { id: orderId, number } = placed.placeOrder.order;

  const statuses = kiosk.subscribe(OrderStatusChangedDocument, { orderId });
  const board = kiosk.subscribe(OrderBoardChangedDocument, { storeId: demoStore });
  const reached = (status: string) => statuses.next((message) => message.orderStatusChanged?.status === status, status);
  const shown = (list: 'preparing' | 'ready') =>
    board.next(
      (message) => message.orderBoardChanged?.[list].some((entry) => entry.number === number) ?? false,
      `${number} ${list} on the board`,
    );

  await reached('CONFIRMED');
  await shown('preparing');
  expect((await kitchen.ask(startPreparation, { orderId })).result.__typename).toBe('StartPreparationSuccess');
  await reached('PREPARING');
  expect((await kitchen.ask(markReady, { orderId })).result.__typename).toBe('MarkReadySuccess');
  await reached('READY');
  await shown('ready');
  expect((await kitchen.ask(handOver, { orderId })).result.__typename).toBe('HandOverSuccess');
  await reached('COMPLETED');

  const versions = statuses.messages.map((message) => message.orderStatusChanged?.version ?? 0);
  expect(versions).toEqual([...versions].sort((a, b) => a - b));
  const { order } = await kiosk.ask(OrderScreenDocument, { orderId });
  expect(order).toMatchObject({
    status: 'COMPLETED',
    number,
    payment: { status: 'CAPTURED' },
    lines: [{ name: 'Cheeseburger', quantity: 2 }],
  });
  await until(
    async () => {
      const now = (await kiosk.ask(OrderBoardDocument, { storeId: demoStore })).orderBoard;
      return now && ![...now.preparing, ...now.ready].some((entry) => entry.orderId === orderId);
    },
    { what: 'the number leaves the board' },
  );
});
