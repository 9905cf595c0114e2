import { InventoryItemMakeabilityChanged, InventoryUpdated } from '#schema/events/inventory.ts';
import type { Change } from '#platform/events/eventLog.ts';
import type { SqlTx } from '#platform/events/sqlTx.ts';
import type { Inventory } from '../context.ts';
import { makeabilityChanges, type RecipeCheck } from '../makeability.ts';
import { passedReorderPoint, reorderPointReached } from '../reorderLevels.ts';
import { decide, emptyStock, type StockCommand, type StockItem, type StockProblem } from '../stockItem.ts';
import { stockWritten, type LockedStock } from '../stockRows.ts';

export type MoveOutcome =
  | { readonly kind: 'moved'; readonly items: readonly StockItem[] }
  | { readonly kind: 'refused'; readonly problem: StockProblem; readonly ingredientId: string };

/**
 * An ingredient whose stock moved between `low` and `high`. Every item that uses a quantity with `low` < quantity <=
 * `high` of it may have become or ceased to be makeable.
 */
interface Crossing {
  readonly ingredientId: string;
  readonly low: number;
  readonly high: number;
}

/**
 * Makes all movements at one store or none, within the caller's transaction: decides, appends an event to each
 * stream, writes the new states, and announces the menu items that can be made now or can no longer be made.
 * @param locked the stock concerned, from `lockStock`; an ingredient that is missing from it was never in stock
 * @param also what else changes together with the stock
 */
export async function moveStock(
  domain: Inventory,
  tx: SqlTx,
  storeId: string,
  locked: ReadonlyMap<string, LockedStock>,
  commands: ReadonlyMap<string, StockCommand>,
  also: readonly Change[] = [],
): Promise<MoveOutcome> {
  const at = domain.clock();
  const decided = [...commands].map(([ingredientId, command]) => {
    const before = locked.get(ingredientId) ?? {
      ...emptyStock(storeId, ingredientId),
      largestPortion: Number.POSITIVE_INFINITY,
    };
    return { ingredientId, before, decision: decide(before, command, at) };
  });
  const done = decided.flatMap(({ before, decision }) =>
    decision.kind === 'accepted' ? [{ before, event: decision.event, item: decision.item }] : [],
  );
  for (const { ingredientId, decision } of decided)
    if (decision.kind === 'refused') return { kind: 'refused', problem: decision.problem, ingredientId };

  // When two transactions create the same stream, the second one fails here and is tried again.
  await domain.events.appendAll(
    tx,
    done.flatMap(({ before, event, item }) => [
      { expectedVersion: before.version, events: [InventoryUpdated.of(event)] },
      ...(passedReorderPoint(before, item) ? [reorderPointReached(item, at)] : []),
    ]),
    {
      also: [
        stockWritten(
          done.map(({ item }) => item),
          at,
        ),
        ...also,
      ],
    },
  );
  const crossings = done.flatMap(({ before, item }): Crossing[] => {
    const [low, high] = [Math.min(before.onHand, item.onHand), Math.max(before.onHand, item.onHand)];
    return low < high && low < before.largestPortion ? [{ ingredientId: item.ingredientId, low, high }] : [];
  });
  if (crossings.length > 0) await announceMakeability(domain, tx, storeId, crossings, at);
  return { kind: 'moved', items: done.map(({ item }) => item) };
}

/** All ingredients of all items that use a quantity of a moved ingredient within its crossing. */
const checksStatement = `
  SELECT r.menu_item_id::text AS "menuItemId", r.ingredient_id::text AS "ingredientId", coalesce(s.on_hand, 0) >= r.quantity AS enough,
    x.menu_item_id IS NOT NULL AS short, r.ingredient_id = ANY($2::uuid[]) AS moved
  FROM recipe_line r
  LEFT JOIN stock s ON s.store_id = $1::uuid AND s.ingredient_id = r.ingredient_id
  LEFT JOIN shortage x ON x.store_id = $1::uuid AND x.menu_item_id = r.menu_item_id
  WHERE r.menu_item_id IN (
    SELECT c.menu_item_id FROM recipe_line c JOIN unnest($2::uuid[], $3::int[], $4::int[]) AS crossed (ingredient_id, low, high)
      ON c.ingredient_id = crossed.ingredient_id AND c.quantity > crossed.low AND c.quantity <= crossed.high)
  ORDER BY r.menu_item_id, r.ingredient_id`;

/**
 * It must run after the events of the movements were appended. Appending locks the head of the store's feed until the
 * commit, so that of two orders that move different ingredients of one item, the later one sees what the earlier one
 * left.
 */
async function announceMakeability(
  domain: Inventory,
  tx: SqlTx,
  storeId: string,
  crossings: readonly Crossing[],
  at: Date,
): Promise<void> {
  const checks = await tx.$queryRawUnsafe<RecipeCheck[]>(
    checksStatement,
    storeId,
    crossings.map((each) => each.ingredientId),
    crossings.map((each) => each.low),
    crossings.map((each) => each.high),
  );
  const changes = makeabilityChanges(checks);
  if (changes.length === 0) return;
  const gone = changes.filter((change) => !change.makeable);
  const back = changes.filter((change) => change.makeable);
  if (gone.length > 0)
    await tx.$executeRawUnsafe(
      `INSERT INTO shortage (store_id, menu_item_id, since) SELECT $1::uuid, item, $3::timestamptz FROM unnest($2::uuid[]) AS item
       ON CONFLICT DO NOTHING`,
      storeId,
      gone.map(({ menuItemId }) => menuItemId),
      at.toISOString(),
    );
  if (back.length > 0)
    await tx.$executeRawUnsafe(
      'DELETE FROM shortage WHERE store_id = $1::uuid AND menu_item_id = ANY($2::uuid[])',
      storeId,
      back.map(({ menuItemId }) => menuItemId),
    );
  await domain.events.appendAll(
    tx,
    changes.map((change) => ({
      expectedVersion: null,
      events: [InventoryItemMakeabilityChanged.of({ storeId, ...change, at: at.toISOString() })],
    })),
  );
}
