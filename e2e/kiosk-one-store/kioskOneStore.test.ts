import { print } from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import {
  CancelOrderDocument,
  OrderBoardChangedDocument,
  OrderBoardDocument,
  OrderScreenDocument,
  OrderStatusChangedDocument,
  PlaceOrderDocument,
  StartScreenDocument,
  TileScreenDocument,
} from '#generated/bffs/kiosk/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { seedStores } from '#schema/seed/stores.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { orderInput } from '../harness/placing.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { demoStore, type TestSystem } from '../harness/startTestSystem.ts';

const tokyo = seedStores.find(({ country }) => country === 'JP')!.id;
let system: TestSystem;
let here: ChannelClient;
let there: ChannelClient;
let orderId = '';

beforeAll(async () => {
  system = await sharedSystem();
  here = system.client('kiosk', { role: 'kiosk', subject: 'kiosk-here' });
  there = system.client('kiosk', { role: 'kiosk', subject: 'kiosk-there', store: tokyo });
  const { placeOrder } = await here.ask(PlaceOrderDocument, { input: orderInput('KIOSK') });
  if (placeOrder.__typename === 'PlaceOrderSuccess') orderId = placeOrder.order.id;
});

test('a device sees the store of its token, in that store’s money', async () => {
  const [berlin, japan] = await Promise.all([here, there].map((kiosk) => kiosk.ask(StartScreenDocument, {})));
  expect([berlin?.kiosk?.store?.id, berlin?.kiosk?.store?.currency]).toEqual([demoStore, 'EUR']);
  expect([japan?.kiosk?.store?.id, japan?.kiosk?.store?.currency]).toEqual([tokyo, 'JPY']);
  const { kiosk } = await there.ask(TileScreenDocument, {});
  expect(new Set(kiosk?.tilePages?.flatMap(({ tiles }) => tiles.map(({ priceText }) => priceText[0])))).toEqual(
    new Set(['¥']),
  );
});

test('another store’s order is one that does not exist', async () => {
  expect(orderId).not.toBe('');
  expect((await here.ask(OrderScreenDocument, { orderId })).order?.id).toBe(orderId);
  expect(await there.query(OrderScreenDocument, { orderId })).toEqual(
    await there.query(OrderScreenDocument, { orderId: crypto.randomUUID() }),
  );
  expect((await there.query(OrderScreenDocument, { orderId })).data?.order).toBeNull();
  expect((await there.ask(CancelOrderDocument, { orderId })).cancelOrder.__typename).toBe('OrderNotFound');
  const stream = there.subscribe(OrderStatusChangedDocument, { orderId });
  await until(() => stream.errors.length > 0, { what: 'the stream is refused' });
  expect(stream.messages.filter((message) => message.orderStatusChanged !== null)).toEqual([]);
});

test('another store’s board is one that does not exist', async () => {
  expect((await here.ask(OrderBoardDocument, { storeId: demoStore })).orderBoard).not.toBeNull();
  expect((await there.query(OrderBoardDocument, { storeId: demoStore })).data?.orderBoard).toBeNull();
  const stream = there.subscribe(OrderBoardChangedDocument, { storeId: demoStore });
  await until(() => stream.errors.length > 0, { what: 'the stream is refused' });
  expect(stream.messages.filter((message) => message.orderBoardChanged !== null)).toEqual([]);
});

test('a device orders at its own store only', async () => {
  const { placeOrder } = await there.ask(PlaceOrderDocument, { input: orderInput('KIOSK') });
  expect(placeOrder.__typename).toBe('OrderStoreNotFound');
});

test('the channel answers devices only', async () => {
  const ask = async (headers: Record<string, string>) => {
    const response = await fetch(system.urlOf('kiosk'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
      body: JSON.stringify({ query: print(StartScreenDocument) }),
    });
    return response.status;
  };
  const bearer = async (role: 'kiosk' | 'customer' | 'courier') => ({
    authorization: `Bearer ${await system.tokenFor({ role })}`,
  });
  expect(await ask({})).toBe(401);
  expect(await ask(await bearer('customer'))).toBe(403);
  expect(await ask(await bearer('courier'))).toBe(403);
  expect(await ask(await bearer('kiosk'))).toBe(200);
  // Who one is comes from the token alone.
  expect(await ask({ 'x-store-id': demoStore, 'x-user-id': 'kiosk-here' })).toBe(401);
});
