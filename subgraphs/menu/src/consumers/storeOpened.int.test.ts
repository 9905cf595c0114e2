import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { beforeAll, expect, test } from 'vitest';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import type { NewEvent } from '#platform/events/defineEvent.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import { busDatabase } from '#platform/testkit/testDatabase.ts';
import { nobody, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { until } from '#platform/testkit/until.ts';
import { whenFileEnds } from '#platform/testkit/whenFileEnds.ts';
import { InventoryItemMakeabilityChanged } from '#schema/events/inventory.ts';
import { StoreOpened } from '#schema/events/stores.ts';
import { seedChain } from '#schema/seed/chain.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { MenuDomain } from '../context.ts';
import main from '../main.ts';
import { transfer } from '../transfer/transfer.ts';

const at = '2026-03-01T12:00:00.000Z';
const pancakes = seedId('menuItem', 'pancakes');
let bus: EventBus;
let menu: TestSubgraph<MenuDomain>;
beforeAll(async () => {
  bus = await postgresBus({ databaseUrl: (await busDatabase()).url, log: pino({ level: 'silent' }) });
  whenFileEnds(() => bus.close());
  menu = await testSubgraph<MenuDomain>(main, { bus });
});

/** Publishes an event, and waits until the menu has handled it. */
async function say({ data, definition }: NewEvent): Promise<void> {
  const eventId = randomUUID();
  const aggregateId = definition.aggregate(data);
  const metadata = {
    ...{ aggregateId, aggregateVersion: 1, causationId: 'test', correlationId: 'test', actor: 'user:admin' },
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  };
  const value = {
    ...{ eventId, eventType: definition.name, version: definition.version, timestamp: at },
    ...{ source: `${definition.domain}-service`, data, metadata },
  };
  await bus.publish(definition.topic, [{ key: aggregateId, value }]);
  await until(async () => {
    const sql = 'SELECT 1 FROM platform.inbox WHERE event_id = $1';
    return (await menu.domain.pool.query(sql, [eventId])).rowCount === 1;
  });
}
const shortOfPancakes = (storeId: string) =>
  say(
    InventoryItemMakeabilityChanged.of({
      ...{ storeId, menuItemId: pancakes, makeable: false, ingredientId: seedId('ingredient', 'pancake'), at },
    }),
  );
const opened = (storeId: string, country = 'DE', currency = 'EUR') =>
  say(StoreOpened.of({ storeId, country, currency, at }));
/** The catalogue and the prices of countries, as an import brings them when the chain has no store in its files. */
const imported = () =>
  transfer.write(
    menu.domain,
    {
      ...seedChain().rows,
      stores: [],
      prices: seedChain().rows.prices.filter(({ store }) => store === undefined),
    },
    { isRehearsal: false, batch: (_what, work) => menu.domain.transaction(work) },
  );
async function availabilityAt(id: string): Promise<unknown> {
  const answer = await menu.as(nobody)('query ($id: ID!) { menuAvailability(storeId: $id) { changed { itemId } } }', {
    id,
  });
  expect(answer.errors).toBeUndefined();
  return answer.data!['menuAvailability'];
}
async function entryAt(storeId: string): Promise<unknown> {
  const { data, errors } = await menu.as(nobody)(
    'query ($id: ID!, $store: ID!) { menuItem(id: $id) { entryAt(storeId: $store) { available unavailableReason } } }',
    { id: pancakes, store: storeId },
  );
  expect(errors).toBeUndefined();
  return (data!['menuItem'] as { entryAt: unknown }).entryAt;
}

test('the first store of a chain sells what is imported afterwards, but not what inventory said it cannot make', async () => {
  const [first, second] = [randomUUID(), randomUUID()];
  await opened(first);
  expect(await availabilityAt(first)).toEqual({ changed: [] });
  await shortOfPancakes(first);
  await shortOfPancakes(second);
  await imported();
  const soldOut = { available: false, unavailableReason: 'OUT_OF_STOCK' };
  expect(await entryAt(first)).toEqual(soldOut);
  expect(await entryAt(second)).toBeNull();
  await opened(second);
  expect(await entryAt(second)).toEqual(soldOut);
  const third = randomUUID();
  await opened(third);
  await opened(third);
  expect(await entryAt(third)).toEqual({ available: true, unavailableReason: null });
  // Whoever has read one of them before its list was there hears that it has a menu, once.
  const told = (await menu.appended()).filter(({ eventType }) => eventType === 'MenuStoreAdded');
  expect(told.map(({ data }) => (data as { storeId: string }).storeId)).toEqual([first, second, third]);
});

test('the first store of another country has an empty menu, also in a process that has read the catalogue before', async () => {
  const storeId = randomUUID();
  expect(await entryAt(storeId)).toBeNull();
  await opened(storeId, 'NZ', 'NZD');
  expect(await entryAt(storeId)).toBeNull();
  expect(await availabilityAt(storeId)).toEqual({ changed: [] });
});
