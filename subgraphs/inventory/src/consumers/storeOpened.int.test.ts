import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { beforeAll, expect, test } from 'vitest';
import { InventorySupplyService } from '#generated/proto/drburger/inventory/v1/inventory_pb.ts';
import { StoreQueryService } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import { service } from '#platform/rpc/service.ts';
import { busDatabase } from '#platform/testkit/testDatabase.ts';
import { whenFileEnds } from '#platform/testkit/whenFileEnds.ts';
import { principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { until } from '#platform/testkit/until.ts';
import { StoreOpened } from '#schema/events/stores.ts';
import { readChain } from '#schema/seed/chain.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { moveStock } from '../commands/moveStock.ts';
import type { Inventory } from '../context.ts';
import main from '../main.ts';

const admin = principalWith(['admin', 'stock:read', 'stock:write'], { subject: 'admin', roles: ['admin'] });
const at = '2026-03-01T12:00:00.000Z';
const ingredientIds = readChain(['ingredients']).rows.ingredients.map(({ key }) => key);
const fries = seedId('menuItem', 'fries');

let bus: EventBus;
let inventory: TestSubgraph<Inventory>;
/** Stores that the stores domain knows. */
const open = new Set<string>();
let asked = 0;
beforeAll(async () => {
  bus = await postgresBus({ databaseUrl: (await busDatabase()).url, log: pino({ level: 'silent' }) });
  whenFileEnds(() => bus.close());
  const stores = service(StoreQueryService, ['inventory'], {
    getOrderingTerms: ({ storeId }) => {
      asked += 1;
      return { found: open.has(storeId) };
    },
  });
  inventory = await testSubgraph<Inventory>(main, { seed: true, bus, others: { stores: [stores] } });
});

function newStore(): string {
  const storeId = randomUUID();
  open.add(storeId);
  return storeId;
}

async function say(storeId: string, eventId: string = randomUUID(), actor = 'user:admin'): Promise<string> {
  const { data, definition } = StoreOpened.of({ storeId, country: 'DE', currency: 'EUR', at });
  const aggregateId = definition.aggregate(data);
  const metadata = {
    ...{ aggregateId, aggregateVersion: 1, causationId: 'test', correlationId: 'test', actor },
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  };
  const value = {
    ...{ eventId, eventType: definition.name, version: definition.version, timestamp: at, source: 'stores-service' },
    ...{ data, metadata },
  };
  await bus.publish(StoreOpened.topic, [{ key: aggregateId, value }]);
  return eventId;
}
const handled = (eventId: string) =>
  until(async () => {
    const sql = 'SELECT 1 FROM platform.inbox WHERE event_id = $1';
    return (await inventory.domain.pool.query(sql, [eventId])).rowCount === 1;
  });

/** What was told of the items of a store, oldest first. */
async function told(storeId: string): Promise<{ menuItemId: string; makeable: boolean }[]> {
  const { rows } = await inventory.domain.pool.query<{ data: { menuItemId: string; makeable: boolean } }>(
    `SELECT data FROM platform.event WHERE feed = $1 AND type = 'InventoryItemMakeabilityChanged' ORDER BY feed_version`,
    [`store:${storeId}`],
  );
  return rows.map(({ data }) => data);
}
/** What was told last of each item that cannot be made; the table of shortages must say the same. */
async function missing(storeId: string): Promise<string[]> {
  const last = new Map((await told(storeId)).map(({ menuItemId, makeable }) => [menuItemId, makeable]));
  const gone = [...last].flatMap(([menuItemId, makeable]) => (makeable ? [] : [menuItemId])).sort();
  const rows = await inventory.domain.db.shortage.findMany({ where: { storeId }, orderBy: { menuItemId: 'asc' } });
  expect(rows.map(({ menuItemId }) => menuItemId)).toEqual(gone);
  return gone;
}
async function run(mutation: string, input: object): Promise<{ __typename: string; field?: string }> {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
  const result = await inventory.as(admin)(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename ... on StockInputProblem { field } } }`,
    { input: { idempotencyKey: randomUUID(), ...input } },
  );
  expect(result.errors).toBeUndefined();
  return (result.data as Record<string, { __typename: string }>)[mutation]!;
}
const receive = (storeId: string, quantity = 1_000) =>
  run('receiveStock', { storeId, lines: ingredientIds.map((ingredientId) => ({ ingredientId, quantity })) });
const itemsWithRecipe = async () =>
  (await inventory.domain.db.recipeLine.findMany({ distinct: ['menuItemId'] })).map(({ menuItemId }) => menuItemId);

test('a store that opens can make nothing that has a recipe until a delivery comes, however often that is heard', async () => {
  const storeId = newStore();
  const heard = await say(storeId);
  await handled(heard);
  expect(await missing(storeId)).toEqual((await itemsWithRecipe()).sort());
  const before = (await told(storeId)).length;
  await say(storeId, heard);
  await handled(await say(storeId));
  expect(await told(storeId)).toHaveLength(before);

  expect((await receive(storeId)).__typename).toBe('StockChangeSuccess');
  expect(await missing(storeId)).toEqual([]);
  // Late duplicates take nothing away again.
  await say(storeId, heard);
  await handled(await say(storeId));
  expect(await missing(storeId)).toEqual([]);
});

test('a delivery that comes before the store is heard of counts', async () => {
  const storeId = newStore();
  await receive(storeId);
  await handled(await say(storeId));
  expect(await told(storeId)).toEqual([]);
});

test('a delivery that is being written while the store is heard of is waited for', async () => {
  const storeId = newStore();
  const { domain } = inventory;
  let written = false;
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const delivery = domain.transaction(async (tx) => {
    const commands = new Map(ingredientIds.map((each) => [each, { kind: 'RECEIVE', quantity: 1_000 } as const]));
    await moveStock(domain, tx, storeId, new Map(), commands);
    written = true;
    await finished;
  });
  await until(() => written);
  const heard = await say(storeId);
  await until(async () => {
    const sql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    return (await domain.pool.query(sql)).rowCount! > 0;
  });
  finish();
  await delivery;
  await handled(heard);
  expect(await missing(storeId)).toEqual([]);
});

test('openings and deliveries at once end with what the stores have', async () => {
  const stores = Array.from({ length: 12 }, newStore);
  const events = stores.map(() => randomUUID());
  await Promise.all(stores.flatMap((storeId, n) => [say(storeId, events[n]), receive(storeId), say(storeId)]));
  for (const event of events) await handled(event);
  for (const storeId of stores) expect(await missing(storeId)).toEqual([]);
});

test('a recipe that is made later is missing at a store that never had stock', async () => {
  const storeId = newStore();
  await handled(await say(storeId));
  const [menuItemId, lines] = [randomUUID(), [{ ingredientId: ingredientIds[0]!, quantity: 1 }]];
  const of = { menuItemId };
  expect((await run('setRecipe', { of, expectedVersion: 0, lines })).__typename).toBe('RecipeSet');
  expect(await missing(storeId)).toContain(menuItemId);
  expect((await run('setRecipe', { of, expectedVersion: 1, lines: [] })).__typename).toBe('RecipeSet');
  expect(await missing(storeId)).not.toContain(menuItemId);
});

test('a store that an import opens is left to the import, which brings its stock', async () => {
  const storeId = newStore();
  await handled(await say(storeId, randomUUID(), 'service:import'));
  expect(await told(storeId)).toEqual([]);
});

test('stores are asked of a store that is new here, once; and nothing is delivered to a store that is not there', async () => {
  const nowhere = randomUUID();
  expect(await receive(nowhere)).toEqual({ __typename: 'StockInputProblem', field: 'storeId' });
  const supply = inventory.client(InventorySupplyService);
  const lines = [{ ingredientId: ingredientIds[0]!, quantity: 1 }];
  await expect(supply.receive({ storeId: nowhere, deliveryNote: 'N1', lines })).rejects.toThrow(/no store/);
  expect(await inventory.domain.db.stock.count({ where: { storeId: nowhere } })).toBe(0);

  const storeId = newStore();
  const before = asked;
  await receive(storeId);
  await receive(storeId);
  expect(asked).toBe(before + 1);
  expect(await missing(storeId)).not.toContain(fries);
});
