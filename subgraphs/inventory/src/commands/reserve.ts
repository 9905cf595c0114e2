import type { Reservation } from '#generated/inventory/prisma/client.ts';
import type { Inventory, InventoryTx } from '../context.ts';
import { allocate, type Recipe, type RequiredLine } from '../requirements.ts';
import type { StockCommand } from '../stockItem.ts';
import { lockStock } from '../stockRows.ts';
import { moveStock } from './moveStock.ts';

export interface ReserveOrder {
  readonly orderId: string;
  readonly storeId: string;
  readonly lines: readonly RequiredLine[];
}

export type ReserveOutcome =
  | { readonly outcome: 'RESERVED' }
  /** `missing` is empty when the order was released before it came here: it may hold nothing any more. */
  | { readonly outcome: 'OUT_OF_STOCK'; readonly missing: readonly string[] };

/** What was answered the first time. Released without ever having held anything means: the release came first. */
async function earlierAnswer(tx: InventoryTx, reservation: Reservation): Promise<ReserveOutcome> {
  if (reservation.state === 'REFUSED') return { outcome: 'OUT_OF_STOCK', missing: reservation.missingMenuItemIds };
  if (reservation.state === 'RELEASED' && (await tx.reservationLine.count({ where: { orderId: reservation.orderId } })) === 0) {
    return { outcome: 'OUT_OF_STOCK', missing: [] };
  }
  return { outcome: 'RESERVED' };
}

interface RecipeRow {
  readonly subject: string;
  readonly is_item: boolean;
  readonly ingredient_id: string;
  readonly quantity: number;
}

async function readRecipes(tx: InventoryTx, lines: readonly RequiredLine[]): Promise<{ items: Map<string, Recipe>; modifiers: Map<string, Recipe> }> {
  const rows = await tx.$queryRawUnsafe<RecipeRow[]>(
    `SELECT menu_item_id::text AS subject, true AS is_item, ingredient_id::text, quantity FROM recipe_line WHERE menu_item_id = ANY($1::uuid[])
     UNION ALL
     SELECT modifier_id::text, false, ingredient_id::text, quantity FROM modifier_recipe_line WHERE modifier_id = ANY($2::uuid[])`,
    lines.map((line) => line.menuItemId), lines.flatMap((line) => line.modifierIds));
  const recipes = { items: new Map<string, Map<string, number>>(), modifiers: new Map<string, Map<string, number>>() };
  for (const row of rows) {
    const bySubject = row.is_item ? recipes.items : recipes.modifiers;
    bySubject.set(row.subject, (bySubject.get(row.subject) ?? new Map<string, number>()).set(row.ingredient_id, row.quantity));
  }
  return recipes;
}

const ingredientsOf = (recipes: { items: Map<string, Recipe>; modifiers: Map<string, Recipe> }): Set<string> =>
  new Set([...recipes.items.values(), ...recipes.modifiers.values()].flatMap((recipe) => [...recipe.keys()]));

/**
 * Holds what an order needs: all lines or nothing. The first call of an order decides; later ones, and one that runs at the same
 * time, get its answer.
 */
export async function reserve(domain: Inventory, order: ReserveOrder): Promise<ReserveOutcome> {
  const { orderId, storeId } = order;
  return domain.transaction(async (tx) => {
    const at = domain.clock();
    const claimed = await tx.reservation.createMany({
      data: { orderId, storeId, state: 'HELD', missingMenuItemIds: [], createdAt: at, updatedAt: at }, skipDuplicates: true,
    });
    if (claimed.count === 0) return earlierAnswer(tx, await tx.reservation.findUniqueOrThrow({ where: { orderId } }));

    const recipes = await readRecipes(tx, order.lines);
    const stock = await lockStock(tx, storeId, ingredientsOf(recipes));
    const free = new Map([...stock].map(([ingredientId, item]) => [ingredientId, item.onHand]));
    const { total, missing } = allocate(order.lines, recipes.items, recipes.modifiers, free);
    if (missing.length > 0) {
      await tx.reservation.update({ where: { orderId }, data: { state: 'REFUSED', missingMenuItemIds: [...missing] } });
      return { outcome: 'OUT_OF_STOCK', missing };
    }
    if (total.size === 0) return { outcome: 'RESERVED' };
    const commands = new Map([...total].map(([ingredientId, quantity]): [string, StockCommand] => [ingredientId, { kind: 'RESERVE', quantity, orderId }]));
    const moved = await moveStock(domain, tx, storeId, stock, commands);
    if (moved.problem) throw new Error(`order ${orderId} was allocated stock that cannot be reserved: ${moved.problem} of ${moved.ingredientId}`);
    await tx.reservationLine.createMany({ data: [...total].map(([ingredientId, quantity]) => ({ orderId, ingredientId, quantity })) });
    return { outcome: 'RESERVED' };
  });
}
