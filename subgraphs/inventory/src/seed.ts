import { InventoryUpdated } from '#schema/events/inventory.ts';
import { seedCombos } from '#schema/seed/combos.ts';
import { seedIngredients } from '#schema/seed/ingredients.ts';
import { portionOf, seedItems, type SeedSize } from '#schema/seed/menuItems.ts';
import { seedModifierGroups } from '#schema/seed/modifierGroups.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import type { Inventory } from './context.ts';
import { decide, emptyStock } from './stockItem.ts';

const epoch = new Date('2025-01-01T00:00:00.000Z');

/**
 * How much of each ingredient every item uses in each size but its usual one. An item within a combo uses the recipe
 * for the combo's size, if it comes in that size.
 */
function sizeRecipes(): { sizeId: string; menuItemId: string; ingredientId: string; quantity: number }[] {
  const bySlug = new Map(seedItems.map((item) => [item.slug, item]));
  const of = (owner: string, itemSlug: string, sizes: readonly SeedSize[]) => {
    const item = bySlug.get(itemSlug)!;
    return item.sizes
      .filter((size) => !size.isDefault && sizes.some(({ slug }) => slug === size.slug))
      .flatMap((size) =>
        linesOf(portionOf(item.recipe, size)).map((line) => ({
          sizeId: seedId('size', `${owner}/${size.slug}`),
          menuItemId: seedId('menuItem', itemSlug),
          ...line,
        })),
      );
  };
  return [
    ...seedItems.flatMap(({ slug, sizes }) => of(slug, slug, sizes)),
    ...seedCombos.flatMap(({ slug, sizes, slots }) =>
      [...new Set(slots.flatMap(({ choices }) => Object.keys(choices)))].flatMap((choice) => of(slug, choice, sizes)),
    ),
  ];
}

const linesOf = (recipe: Readonly<Record<string, number>>) =>
  Object.entries(recipe).map(([slug, quantity]) => ({ ingredientId: seedId('ingredient', slug), quantity }));

async function insertRecipes(domain: Inventory): Promise<void> {
  const skipDuplicates = true;
  const modifiers = seedModifierGroups.flatMap((group) => group.modifiers);
  await domain.db.ingredient.createMany({
    data: seedIngredients.map(({ slug, name, unit }) => ({ id: seedId('ingredient', slug), name: { ...name }, unit })),
    skipDuplicates,
  });
  await domain.db.recipeLine.createMany({
    data: seedItems.flatMap(({ slug, recipe }) =>
      linesOf(recipe).map((line) => ({ menuItemId: seedId('menuItem', slug), ...line })),
    ),
    skipDuplicates,
  });
  await domain.db.sizeRecipeLine.createMany({ data: sizeRecipes(), skipDuplicates });
  await domain.db.modifierRecipeLine.createMany({
    data: modifiers.flatMap(({ slug, recipe }) =>
      linesOf(recipe).map((line) => ({ modifierId: seedId('modifier', slug), ...line })),
    ),
    skipDuplicates,
  });
}

/**
 * Inserts the first event of every stream as the event log would append it: with the head of its stream and of its
 * store's feed, its row in the outbox, and the state to which it leads. It is one statement, since 11,648 appends
 * would take longer than everything else at a first start. Event ids look like UUIDv7 and come from `seedId`, so that
 * the same seed makes the same events. A store that has stock already is left alone.
 */
const firstDeliveries = `
  WITH fact AS (
    SELECT s.id AS store_id, i.id AS ingredient_id, i.data, i.reorder_level, i.n,
      'stock:' || s.id || ':' || i.id AS stream, 'store:' || s.id AS feed
    FROM unnest($1::uuid[]) AS s (id)
    CROSS JOIN unnest($2::uuid[], $3::jsonb[], $4::int[]) WITH ORDINALITY AS i (id, data, reorder_level, n)
    WHERE NOT EXISTS (SELECT FROM stock k WHERE k.store_id = s.id)
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
function firstDelivery({ slug, initialStock, reorderLevel }: (typeof seedIngredients)[number]) {
  const empty = emptyStock(seedStores[0]!.id, seedId('ingredient', slug), reorderLevel);
  const decision = decide(empty, { kind: 'RECEIVE', quantity: initialStock }, epoch);
  if (decision.kind === 'refused')
    throw new Error(`the seed data has an impossible stock of ${slug}: ${decision.problem}`);
  return InventoryUpdated.of(decision.event).data;
}

/** Seeds the recipes of everything, and a full stock at every store. */
export async function seed(domain: Inventory): Promise<void> {
  await insertRecipes(domain);
  const trace = seedId('trace', 'inventory').replaceAll('-', '');
  const metadata = {
    causationId: trace,
    correlationId: trace,
    traceparent: `00-${trace}-${trace.slice(16)}-01`,
    actor: 'service:inventory',
  };
  await domain.db.$executeRawUnsafe(
    firstDeliveries,
    seedStores.map((store) => store.id),
    seedIngredients.map(({ slug }) => seedId('ingredient', slug)),
    seedIngredients.map((ingredient) => firstDelivery(ingredient)),
    seedIngredients.map(({ reorderLevel }) => reorderLevel),
    InventoryUpdated.name,
    InventoryUpdated.version,
    JSON.stringify(metadata),
    epoch.toISOString(),
  );
}
