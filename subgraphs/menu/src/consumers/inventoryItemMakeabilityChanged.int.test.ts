import pino from 'pino';
import { expect, test } from 'vitest';
import { InventoryItemMakeabilityChanged } from '#schema/events/inventory.ts';
import { StoreOpened } from '#schema/events/stores.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import { databaseOf } from '#platform/testkit/testDatabase.ts';
import { nobody, testSubgraph } from '#platform/testkit/testSubgraph.ts';
import { whenFileEnds } from '#platform/testkit/whenFileEnds.ts';
import { until } from '#platform/testkit/until.ts';
import type { MenuDomain } from '../context.ts';
import main from '../main.ts';

const storeId = seedStores[0]!.id;
const menuItemId = seedId('menuItem', 'pancakes');
const at = '2026-03-01T12:00:00.000Z';

function heard(version: number, makeable: boolean): EventEnvelope {
  const { data, definition } = InventoryItemMakeabilityChanged.of({
    storeId,
    menuItemId,
    makeable,
    ingredientId: seedId('ingredient', 'pancake'),
    at,
  });
  return {
    eventId: seedId('event', version),
    eventType: definition.name,
    version: definition.version,
    timestamp: at,
    source: 'inventory-service',
    data,
    metadata: {
      aggregateId: definition.aggregate(data),
      aggregateVersion: version,
      causationId: 'test',
      correlationId: 'test',
      actor: 'service:inventory',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    },
  };
}

test('an event of inventory changes the menu once, however often it is delivered; and a store that opens has a menu', async () => {
  const database = await databaseOf('platform/events/bus/migrations');
  const bus = await postgresBus({ databaseUrl: database.url, log: pino({ level: 'silent' }) });
  whenFileEnds(() => bus.close());
  const menu = await testSubgraph<MenuDomain>(main, { seed: true, bus });
  const available = async () => {
    const { data } = await menu.as(nobody)(
      'query ($id: ID!, $store: ID!) { menuItem(id: $id) { entryAt(storeId: $store) { available } } }',
      { id: menuItemId, store: storeId },
    );
    return (data!['menuItem'] as { entryAt: { available: boolean } }).entryAt.available;
  };
  const say = (event: EventEnvelope) =>
    bus.publish(InventoryItemMakeabilityChanged.topic, [{ key: event.metadata.aggregateId, value: event }]);
  await say(heard(1, false));
  await until(async () => !(await available()));
  await say(heard(2, true));
  await until(available);
  // The late duplicates of the first event must not make the item unavailable again. The third event shows that
  // they have been consumed.
  await say(heard(1, false));
  await say(heard(3, true));
  await until(
    async () =>
      (await menu.domain.pool.query('SELECT 1 FROM platform.inbox WHERE event_id = $1', [seedId('event', 3)]))
        .rowCount === 1,
  );
  expect(await available()).toBe(true);
  const told = (await menu.appended()).filter(
    (event) => event.metadata.aggregateId === `availability:${storeId}:${menuItemId}`,
  );
  expect(told.map(({ data }) => (data as { available: boolean }).available)).toEqual([false, true]);

  const opened = StoreOpened.of({ storeId: seedId('store', 'new'), country: 'DE', currency: 'EUR', at });
  const { metadata, ...base } = heard(1, true);
  const aggregateId = opened.definition.aggregate(opened.data);
  const event = {
    ...base,
    eventId: seedId('event', 'opened'),
    eventType: 'StoreOpened',
    source: 'stores-service',
    data: opened.data,
    metadata: { ...metadata, aggregateId },
  };
  await bus.publish(StoreOpened.topic, [{ key: aggregateId, value: event }]);
  await until(async () => {
    const { data } = await menu.as(nobody)('query ($id: ID!) { menuAvailability(storeId: $id) { reset } }', {
      id: opened.data.storeId,
    });
    return data!['menuAvailability'] !== null;
  });
});
