import { randomUUID } from 'node:crypto';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import {
  MenuAvailabilityChangedDocument as OnKiosk,
  OrderBoardChangedDocument,
} from '#generated/bffs/kiosk/operations.ts';
import {
  LoyaltyBalanceChangedDocument,
  MenuAvailabilityChangedDocument as OnMobile,
  OrderScreenDocument,
  OrderStatusChangedDocument,
  PlaceOrderDocument,
} from '#generated/bffs/mobile/operations.ts';
import { MenuAvailabilityChangedDocument as OnWeb } from '#generated/bffs/web/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { OrderHandedOver } from '#schema/events/orders.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { Orders } from '../../subgraphs/orders/src/context.ts';
import type { Stream } from '../harness/channelClient.ts';
import { ledgerOf } from '../harness/ledgerOf.ts';
import { orderInput, orderOf } from '../harness/placing.ts';
import { adjustStock, handOver, markReady, startPreparation, storeRoom } from '../harness/staffDocuments.ts';
import { demoStore, startTestSystem, type TestSystem } from '../harness/startTestSystem.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startTestSystem({ channels: ['web', 'mobile', 'kiosk'] });
});

interface Changes<Item> {
  readonly version: number;
  readonly reset: boolean;
  readonly changed: readonly Item[];
  readonly removed: readonly string[];
}

/** What a screen holds after all messages so far, applied as the schema says. */
function held<Item>(messages: readonly Changes<Item>[], idOf: (item: Item) => string): Map<string, Item> {
  const map = new Map<string, Item>();
  for (const { reset, changed, removed } of messages) {
    if (reset) map.clear();
    for (const item of changed) map.set(idOf(item), item);
    for (const id of removed) map.delete(id);
  }
  return map;
}
const versionsOf = (messages: readonly { readonly version: number }[]) => messages.map(({ version }) => version);
const rising = (versions: readonly number[]) =>
  versions.every((version, index) => index === 0 || version > versions[index - 1]!);

const document = <Data, Variables>(text: string) => parse(text) as TypedDocumentNode<Data, Variables>;
type OfStore = { storeId: string };
const kitchenQueueChanged = document<{ kitchenQueueChanged: Changes<{ orderId: string; status: string }> }, OfStore>(
  'subscription KitchenQueueChanged($storeId: ID!) { kitchenQueueChanged(storeId: $storeId) { version reset changed { orderId status } removed } }',
);
const stockAlertsChanged = document<{ stockAlertsChanged: Changes<{ id: string; onHand: number }> }, OfStore>(
  'subscription StockAlertsChanged($storeId: ID!) { stockAlertsChanged(storeId: $storeId) { version reset changed { id onHand } removed } }',
);
const removeMenuItem = document<{ result: { __typename: string } }, { menuItemId: string }>(
  'mutation RemoveMenuItem($menuItemId: ID!) { result: removeMenuItem(input: { menuItemId: $menuItemId }) { __typename } }',
);

const place = async (): Promise<string> =>
  orderOf(
    (await system.client('mobile', { role: 'customer' }).ask(PlaceOrderDocument, { input: orderInput('TAKEAWAY') }))
      .placeOrder,
  ).id;

async function leave(ingredient: string, onHand: number): Promise<void> {
  const staff = system.client('gateway', { role: 'manager' });
  const ingredientId = seedId('ingredient', ingredient);
  const { stockItem } = await staff.ask(storeRoom, { storeId: demoStore, ingredientId });
  const input = {
    idempotencyKey: randomUUID(),
    storeId: demoStore,
    ingredientId,
    quantity: onHand - stockItem!.onHand,
    reason: 'COUNTED' as const,
  };
  expect((await staff.ask(adjustStock, { input })).result.__typename).toBe('StockChangeSuccess');
}

const refused = async (stream: Stream<unknown>) => {
  await until(() => stream.errors.length > 0, { what: 'the stream is refused' });
  return stream.errors[0] as { extensions?: { code?: string } };
};

test('a kitchen sees its tickets come, move and go; its customer sees the points', async () => {
  const kitchen = system.client('gateway', { role: 'kitchen' });
  const points = system.client('mobile', { role: 'customer' }).subscribe(LoyaltyBalanceChangedDocument, {});
  const before = (await points.next(() => true, 'the points so far')).loyaltyBalanceChanged!;
  const stream = kitchen.subscribe(kitchenQueueChanged, { storeId: demoStore });
  await stream.next(() => true, 'the queue so far');
  const tickets = () =>
    held(
      stream.messages.map((message) => message.kitchenQueueChanged),
      ({ orderId }) => orderId,
    );
  const shows = (orderId: string, status: string | undefined) =>
    until(() => tickets().get(orderId)?.status === status, { what: `ticket ${status}`, timeoutMs: 30_000 });

  const orderId = await place();
  await shows(orderId, 'CONFIRMED');
  await kitchen.ask(startPreparation, { orderId });
  await shows(orderId, 'PREPARING');
  await kitchen.ask(markReady, { orderId });
  await shows(orderId, 'READY');
  await kitchen.ask(handOver, { orderId });
  await shows(orderId, undefined);
  const versions = versionsOf(stream.messages.map((message) => message.kitchenQueueChanged));
  expect(rising(versions), versions.join()).toBe(true);

  const after = await points.next(
    (message) => message.loyaltyBalanceChanged!.version > before.version,
    'the points of the order',
  );
  expect(after.loyaltyBalanceChanged).toMatchObject({
    customerId: before.customerId,
    balance: before.balance + 12,
    version: before.version + 1,
  });
});

/** While the provider is away it answers 503 to everything: captures are tried again until it is back. */
async function payments(state: 'away' | 'back'): Promise<void> {
  const { url, apiKey } = system.provider;
  const answer = await fetch(`${url}/v1/behaviour`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ available: state === 'back' }),
  });
  expect(answer.status).toBe(200);
}

test('what is handed over leaves the kitchen and the board at once, however long its payment takes', async () => {
  const kitchen = system.client('gateway', { role: 'kitchen' });
  const queue = kitchen.subscribe(kitchenQueueChanged, { storeId: demoStore });
  const board = system.client('kiosk', { role: 'kiosk' }).subscribe(OrderBoardChangedDocument, { storeId: demoStore });
  const tickets = () =>
    held(
      queue.messages.map((message) => message.kitchenQueueChanged),
      ({ orderId }) => orderId,
    );
  const onBoard = (orderId: string) =>
    board.messages.at(-1)!.orderBoardChanged!.ready.some((entry) => entry.orderId === orderId);
  const orderId = await place();
  const status = system.client('mobile', { role: 'customer' }).subscribe(OrderStatusChangedDocument, { orderId });
  const reached = (wanted: string) => status.next((message) => message.orderStatusChanged!.status === wanted, wanted);
  await reached('CONFIRMED');
  await payments('away');
  try {
    await kitchen.ask(startPreparation, { orderId });
    await kitchen.ask(markReady, { orderId });
    await until(() => tickets().get(orderId)?.status === 'READY' && onBoard(orderId), {
      what: 'ready on both screens',
      timeoutMs: 30_000,
    });
    expect((await kitchen.ask(handOver, { orderId })).result.__typename).toBe('HandOverSuccess');
    await until(() => !tickets().has(orderId) && !onBoard(orderId), {
      what: 'gone from both screens',
      timeoutMs: 30_000,
    });
    expect(
      (await system.client('mobile', { role: 'customer' }).ask(OrderScreenDocument, { orderId })).order,
    ).toMatchObject({ status: 'READY' });
  } finally {
    await payments('back');
  }
  await reached('COMPLETED');
  expect(tickets().has(orderId)).toBe(false);
  expect(await ledgerOf(system.provider, orderId)).toMatchObject([{ kind: 'authorisation' }, { kind: 'capture' }]);
  for (const versions of [
    versionsOf(queue.messages.map((message) => message.kitchenQueueChanged)),
    versionsOf(board.messages.map((message) => message.orderBoardChanged!)),
  ]) {
    expect(rising(versions), versions.join()).toBe(true);
  }
});

test('a hand-over that was written when it had no feed holds nobody up, and its ticket goes when the order completes', async () => {
  const kitchen = system.client('gateway', { role: 'kitchen' });
  const stream = kitchen.subscribe(kitchenQueueChanged, { storeId: demoStore });
  const tickets = () =>
    held(
      stream.messages.map((message) => message.kitchenQueueChanged),
      ({ orderId }) => orderId,
    );
  const shows = (orderId: string, status: string | undefined) =>
    until(() => tickets().get(orderId)?.status === status, { what: `ticket ${status}`, timeoutMs: 30_000 });
  const [old, next] = [await place(), await place()];
  await shows(next, 'CONFIRMED');
  await shows(old, 'CONFIRMED');
  await kitchen.ask(startPreparation, { orderId: old });
  await kitchen.ask(markReady, { orderId: old });
  await shows(old, 'READY');
  const data = { orderId: old, storeId: demoStore, at: new Date().toISOString() };
  const orders = system.subgraph('orders').domain as Orders;
  const [written] = await orders.transaction((tx) =>
    orders.events.append(tx, null, [{ definition: { ...OrderHandedOver, feed: undefined }, data }]),
  );
  expect(written!.metadata).toMatchObject({ aggregateId: `order:${old}`, aggregateVersion: 5 });
  expect(written!.metadata.feed).toBeUndefined();
  await shows(old, undefined);
  await kitchen.ask(startPreparation, { orderId: next });
  await shows(next, 'PREPARING');
  await kitchen.ask(markReady, { orderId: next });
  await kitchen.ask(handOver, { orderId: next });
  await shows(next, undefined);
  expect(stream.errors).toEqual([]);
  const versions = versionsOf(stream.messages.map((message) => message.kitchenQueueChanged));
  expect(rising(versions), versions.join()).toBe(true);
});

test('what runs out greys out for everybody who looks at the menu, signed in or not, and the manager is told', async () => {
  const screens = [
    system.client('web').subscribe(OnWeb, { storeId: demoStore }),
    system.client('web', { role: 'customer' }).subscribe(OnWeb, { storeId: demoStore }),
    system.client('kiosk', { role: 'kiosk' }).subscribe(OnKiosk, { storeId: demoStore }),
  ];
  const alerts = system.client('gateway', { role: 'manager' }).subscribe(stockAlertsChanged, { storeId: demoStore });
  await Promise.all([...screens, alerts].map((stream: Stream<unknown>) => stream.next(() => true, 'what there is')));
  const [item, low] = [seedId('menuItem', 'currywurst'), `${demoStore}:${seedId('ingredient', 'sausage')}`];
  const available = (stream: (typeof screens)[number]) =>
    held(
      stream.messages.map((message) => message.menuAvailabilityChanged!),
      ({ itemId }) => itemId,
    ).get(item)?.available;
  const lowOnes = () =>
    held(
      alerts.messages.map((message) => message.stockAlertsChanged),
      ({ id }) => id,
    );

  expect(screens.map(available)).toEqual([true, true, true]);
  await leave('sausage', 0);
  await until(() => screens.every((stream) => available(stream) === false), { what: 'greyed out', timeoutMs: 30_000 });
  await until(() => lowOnes().get(low)?.onHand === 0, { what: 'the alert', timeoutMs: 30_000 });
  await leave('sausage', 5_000);
  await until(() => screens.every((stream) => available(stream) === true), { what: 'back', timeoutMs: 30_000 });
  await until(() => !lowOnes().has(low), { what: 'no alert any more', timeoutMs: 30_000 });
  for (const stream of screens)
    expect(rising(versionsOf(stream.messages.map((message) => message.menuAvailabilityChanged!)))).toBe(true);
});

test('what the chain sells no longer leaves every menu that somebody looks at, and the combo that needs it greys out', async () => {
  const elsewhere = seedId('store', 2);
  const screens = [
    system.client('web').subscribe(OnWeb, { storeId: demoStore }),
    system.client('web').subscribe(OnWeb, { storeId: elsewhere }),
    system.client('mobile', { role: 'customer' }).subscribe(OnMobile, { storeId: demoStore }),
    system.client('kiosk', { role: 'kiosk' }).subscribe(OnKiosk, { storeId: demoStore }),
  ];
  await Promise.all(screens.map((stream: Stream<unknown>) => stream.next(() => true, 'what there is')));
  const [item, combo] = [seedId('menuItem', 'hash-browns'), seedId('menuItem', 'breakfast-deal')];
  const shown = (stream: (typeof screens)[number]) => {
    const menu = held(
      stream.messages.map((message) => message.menuAvailabilityChanged!),
      ({ itemId }) => itemId,
    );
    return [menu.get(item)?.available, menu.get(combo)?.available];
  };

  expect(screens.map(shown)).toEqual(screens.map(() => [true, true]));
  expect(
    (await system.client('gateway', { role: 'admin' }).ask(removeMenuItem, { menuItemId: item })).result.__typename,
  ).toBe('RemoveMenuItemSuccess');
  await until(() => screens.every((stream) => shown(stream).join() === [undefined, false].join()), {
    what: 'gone from every screen',
    timeoutMs: 30_000,
  });
  for (const stream of screens) {
    const messages = stream.messages.map((message) => message.menuAvailabilityChanged!);
    expect(messages.filter(({ reset }) => reset)).toHaveLength(1);
    expect(rising(versionsOf(messages))).toBe(true);
  }
});

test('nobody follows the kitchen or the store-room of another store', async () => {
  const elsewhere = { role: 'manager', store: seedId('store', 2) } as const;
  const [kitchen, alerts] = [kitchenQueueChanged, stockAlertsChanged].map((each) =>
    system.client('gateway', elsewhere).subscribe(each as TypedDocumentNode<unknown, OfStore>, { storeId: demoStore }),
  );
  for (const stream of [kitchen!, alerts!]) expect((await refused(stream)).extensions?.code).toBe('NOT_FOUND');
});
