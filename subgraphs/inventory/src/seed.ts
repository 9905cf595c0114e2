import { InventoryUpdated } from '#schema/events/inventory.ts';
import type { Row } from '#schema/import/tables.ts';
import { seedChain, type Chain } from '#schema/seed/chain.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { Inventory } from './context.ts';
import { decide, emptyStock } from './stockItem.ts';

const epoch = new Date('2025-01-01T00:00:00.000Z');

async function insertRecipes({ db }: Inventory, { rows }: Chain): Promise<void> {
  const skipDuplicates = true;
  const line = ({ ingredient, quantity }: { ingredient: string; quantity: number }) => ({
    ingredientId: ingredient,
    quantity,
  });
  await db.ingredient.createMany({
    data: rows.ingredients.map(({ key, name, unit }) => ({ id: key, name, unit })),
    skipDuplicates,
  });
  await db.recipeLine.createMany({
    data: rows.recipes.flatMap((row) => (row.size === undefined ? [{ menuItemId: row.item, ...line(row) }] : [])),
    skipDuplicates,
  });
  await db.sizeRecipeLine.createMany({
    data: rows.recipes.flatMap((row) =>
      row.size === undefined ? [] : [{ sizeId: row.size, menuItemId: row.item, ...line(row) }],
    ),
    skipDuplicates,
  });
  await db.modifierRecipeLine.createMany({
    data: rows.modifierRecipes.map((row) => ({ modifierId: row.modifier, ...line(row) })),
    skipDuplicates,
  });
}

/** How much a pack of the sandbox's supplier holds, and what it costs in cents. */
const packs = {
  PIECE: { packSize: 100, price: 4_900 },
  GRAM: { packSize: 10_000, price: 3_900 },
  MILLILITRE: { packSize: 5_000, price: 2_900 },
} as const;

/** The price list of the sandbox's supplier. */
const insertPrices = ({ db }: Inventory, { rows }: Chain): Promise<unknown> =>
  db.supplierPrice.createMany({
    data: rows.ingredients.map(({ key, unit }) => ({
      ingredientId: key,
      validFrom: epoch,
      priceList: 'seed',
      currency: 'EUR',
      exponent: 2,
      ...packs[unit as keyof typeof packs],
    })),
    skipDuplicates: true,
  });

/**
 * Inserts the first event of every stream as the event log would append it: with the head of its stream and of its
 * store's feed, its row in the outbox, and the state to which it leads. It is one statement, since 11,648 appends
 * would take longer than everything else at a first start. Event ids look like UUIDv7 and come from `seedId`, so that
 * the same seed makes the same events. A store that has stock already is left alone.
 */
const firstDeliveries = `
  WITH fact AS (
    SELECT store_id, ingredient_id, data::jsonb AS data, reorder_level,
      row_number() OVER (PARTITION BY store_id ORDER BY at) AS n,
      'stock:' || store_id || ':' || ingredient_id AS stream, 'store:' || store_id AS feed
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[]) WITH ORDINALITY
      AS told (store_id, ingredient_id, data, reorder_level, at)
    WHERE NOT EXISTS (SELECT FROM stock k WHERE k.store_id = told.store_id)
  ), stream_head AS (
    INSERT INTO platform.head (kind, key, version) SELECT 'stream', stream, 1 FROM fact
  ), feed_head AS (
    INSERT INTO platform.head (kind, key, version) SELECT 'feed', feed, count(*) FROM fact GROUP BY feed
  ), appended AS (
    INSERT INTO platform.event (event_id, stream, version, type, event_version, data, metadata, feed, feed_version, at)
    SELECT ('01941f297c007' || substr(md5(stream), 1, 3) || '8' || substr(md5(stream), 4, 15))::uuid, stream, 1, $5, $6,
      data || jsonb_build_object('storeId', store_id, 'ingredientId', ingredient_id), $7::jsonb, feed, n, $8::timestamptz
    FROM fact ORDER BY feed, n RETURNING position
  ), to_publish AS (
    INSERT INTO platform.outbox (position) SELECT position FROM appended
  )
  INSERT INTO stock (store_id, ingredient_id, version, on_hand, reserved, consumed, reorder_level, updated_at)
  SELECT store_id, ingredient_id, 1, (data ->> 'onHand')::int, 0, 0, reorder_level, $8::timestamptz FROM fact`;

/** The first delivery of an ingredient, checked like any other event. The statement adds the store. */
function firstDelivery({ store, ingredient, onHand, reorderLevel }: Row<'stock'>) {
  const decision = decide(emptyStock(store, ingredient, reorderLevel), { kind: 'RECEIVE', quantity: onHand }, epoch);
  if (decision.kind === 'refused')
    throw new Error(`the seeded chain has an impossible stock of ${ingredient}: ${decision.problem}`);
  return InventoryUpdated.of(decision.event).data;
}

/** What stores begin with: those of a store in the order of the ingredients. */
function stockOf({ rows }: Chain): Row<'stock'>[] {
  const stores = new Map(rows.stores.map(({ key }, place) => [key, place]));
  const ingredients = new Map(rows.ingredients.map(({ key }, place) => [key, place]));
  const placeOf = ({ store, ingredient }: Row<'stock'>): number =>
    stores.get(store)! * ingredients.size + ingredients.get(ingredient)!;
  return [...rows.stock].sort((a, b) => placeOf(a) - placeOf(b));
}

/** Seeds the ingredients and recipes of `schema/seed/chain`, and what its stores begin with. */
export async function seed(domain: Inventory): Promise<void> {
  const chain = seedChain();
  await domain.db.store.createMany({ data: chain.rows.stores.map(({ key }) => ({ id: key })), skipDuplicates: true });
  await insertRecipes(domain, chain);
  await insertPrices(domain, chain);
  const trace = seedId('trace', 'inventory').replaceAll('-', '');
  const metadata = {
    causationId: trace,
    correlationId: trace,
    traceparent: `00-${trace}-${trace.slice(16)}-01`,
    actor: 'service:inventory',
  };
  const stock = stockOf(chain);
  // The statement puts store and ingredient into the data, so that equal deliveries are made once.
  const deliveries = new Map(stock.map((row) => [row.onHand, row]));
  const data = new Map([...deliveries].map(([onHand, row]) => [onHand, JSON.stringify(firstDelivery(row))]));
  await domain.db.$executeRawUnsafe(
    firstDeliveries,
    stock.map(({ store }) => store),
    stock.map(({ ingredient }) => ingredient),
    stock.map(({ onHand }) => data.get(onHand)!),
    stock.map(({ reorderLevel }) => reorderLevel),
    InventoryUpdated.name,
    InventoryUpdated.version,
    JSON.stringify(metadata),
    epoch.toISOString(),
  );
}
