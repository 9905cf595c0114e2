import type { SqlTx } from '#platform/events/sqlTx.ts';
import { inBatches } from '#platform/transfer/transfer.ts';
import { InventoryItemMakeabilityChanged } from '#schema/events/inventory.ts';
import type { Inventory } from './context.ts';
import type { MakeabilityChange } from './makeability.ts';

/**
 * Compares what stores can make with what was announced. It returns the items that can be made although they are
 * recorded as short, and those that cannot although they are not. An ingredient that a store never had counts as none
 * on hand.
 */
const differences = `
  WITH state AS (
    SELECT s.id AS store_id, r.menu_item_id, bool_and(coalesce(k.on_hand, 0) >= r.quantity) AS makeable,
      (array_agg(r.ingredient_id ORDER BY coalesce(k.on_hand, 0) >= r.quantity, r.ingredient_id))[1] AS ingredient_id
    FROM unnest($1::uuid[]) AS s (id) CROSS JOIN recipe_line r
    LEFT JOIN stock k ON k.store_id = s.id AND k.ingredient_id = r.ingredient_id
    WHERE $2::uuid[] IS NULL OR r.menu_item_id = ANY ($2::uuid[])
    GROUP BY s.id, r.menu_item_id
    UNION ALL SELECT x.store_id, x.menu_item_id, true, $3::uuid FROM shortage x
    WHERE $3::uuid IS NOT NULL AND x.store_id = ANY ($1::uuid[]) AND x.menu_item_id = ANY ($2::uuid[])
      AND NOT EXISTS (SELECT FROM recipe_line r WHERE r.menu_item_id = x.menu_item_id)
  )
  SELECT store_id::text AS "storeId", menu_item_id::text AS "menuItemId", makeable, ingredient_id::text AS "ingredientId"
  FROM state LEFT JOIN shortage x USING (store_id, menu_item_id)
  WHERE makeable = (x.since IS NOT NULL)
  ORDER BY store_id, menu_item_id`;

/**
 * Announces the items that stores can make now or can no longer make, however that came about. Call it in the same
 * transaction, after the movements of stock have appended their events. Movements at these stores wait until the
 * transaction ends: one that this has not seen would take the store's shortages for what they were before.
 * @param itemIds the items to compare; null for all that have a recipe
 * @param formerIngredientId for items that have no recipe any more and can be made for that: what they used before
 */
export async function announceMakeability(
  domain: Inventory,
  tx: SqlTx,
  storeIds: readonly string[],
  itemIds: readonly string[] | null,
  formerIngredientId: string | null = null,
): Promise<void> {
  await domain.events.lockFeeds(
    tx,
    storeIds.map((id) => `store:${id}`),
  );
  const changes = await tx.$queryRawUnsafe<(MakeabilityChange & { storeId: string })[]>(
    differences,
    storeIds,
    itemIds,
    formerIngredientId,
  );
  if (changes.length === 0) return;
  const at = domain.clock().toISOString();
  const column = (makeable: boolean, key: 'storeId' | 'menuItemId'): string[] =>
    changes.filter((change) => change.makeable === makeable).map((change) => change[key]);
  await tx.$executeRawUnsafe(
    `INSERT INTO shortage (store_id, menu_item_id, since)
     SELECT gone.*, $3::timestamptz FROM unnest($1::uuid[], $2::uuid[]) AS gone ON CONFLICT DO NOTHING`,
    column(false, 'storeId'),
    column(false, 'menuItemId'),
    at,
  );
  await tx.$executeRawUnsafe(
    'DELETE FROM shortage WHERE (store_id, menu_item_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))',
    column(true, 'storeId'),
    column(true, 'menuItemId'),
  );
  await domain.events.appendAll(
    tx,
    changes.map((change) => ({
      expectedVersion: null,
      events: [InventoryItemMakeabilityChanged.of({ ...change, at })],
    })),
  );
}

const storesAtOnce = 50;

/**
 * Announces what all stores can make, or no longer, of items whose recipes changed in this transaction. The stock is
 * locked in the order in which orders lock it, so that one that takes the last of something meanwhile is not missed.
 */
export async function announceAtAllStores(
  domain: Inventory,
  tx: SqlTx,
  itemIds: readonly string[],
  formerIngredientId: string | null = null,
): Promise<void> {
  const stores = await tx.$queryRawUnsafe<{ id: string }[]>(
    'SELECT store_id::text AS id FROM stock UNION SELECT id::text FROM store ORDER BY 1',
  );
  for (const batch of inBatches(stores, storesAtOnce)) {
    const storeIds = batch.map(({ id }) => id);
    await tx.$executeRawUnsafe(
      `SELECT FROM stock WHERE store_id = ANY ($1::uuid[])
         AND ingredient_id IN (SELECT ingredient_id FROM recipe_line WHERE menu_item_id = ANY ($2::uuid[]))
       ORDER BY store_id, ingredient_id FOR SHARE`,
      storeIds,
      itemIds,
    );
    await announceMakeability(domain, tx, storeIds, itemIds, formerIngredientId);
  }
}
