import type { Reservation } from '#generated/inventory/prisma/client.ts';
import type { Inventory, InventoryTx } from '../context.ts';
import { ingredientsOf, readRecipes } from '../readRecipes.ts';
import { allocate, type RequiredLine } from '../requirements.ts';
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
  /**
   * `missing` has the items that cannot be made. It is empty when the order was released before the reservation
   * arrived: then the order may hold nothing any more.
   */
  | { readonly outcome: 'OUT_OF_STOCK'; readonly missing: readonly string[] };

/**
 * The answer to the first call for the order. A reservation that is released without ever having held anything means
 * that the release arrived first.
 */
async function earlierAnswer(tx: InventoryTx, reservation: Reservation): Promise<ReserveOutcome> {
  if (reservation.state === 'REFUSED') return { outcome: 'OUT_OF_STOCK', missing: reservation.missingMenuItemIds };
  if (
    reservation.state === 'RELEASED' &&
    (await tx.reservationLine.count({ where: { orderId: reservation.orderId } })) === 0
  ) {
    return { outcome: 'OUT_OF_STOCK', missing: [] };
  }
  return { outcome: 'RESERVED' };
}

/**
 * Reserves what an order needs, all lines or nothing. The first call for an order decides; later calls, and one that
 * runs at the same time, get the same answer.
 */
export async function reserve(domain: Inventory, order: ReserveOrder): Promise<ReserveOutcome> {
  const { orderId, storeId } = order;
  return domain.transaction(async (tx) => {
    const at = domain.clock();
    // In SQL, since Prisma keeps no plan of what creates many.
    const claimed = await tx.$executeRaw`
      INSERT INTO reservation (order_id, store_id, state, missing_menu_item_ids, created_at, updated_at)
      VALUES (${orderId}::uuid, ${storeId}::uuid, 'HELD', '{}', ${at}::timestamptz, ${at}::timestamptz)
      ON CONFLICT DO NOTHING`;
    if (claimed === 0) return earlierAnswer(tx, await tx.reservation.findUniqueOrThrow({ where: { orderId } }));

    const recipes = await readRecipes(tx, order.lines);
    const stock = await lockStock(tx, storeId, ingredientsOf(recipes));
    const free = new Map([...stock].map(([ingredientId, item]) => [ingredientId, item.onHand]));
    const { total, missing } = allocate(order.lines, recipes, free);
    if (missing.length > 0) {
      await tx.reservation.update({ where: { orderId }, data: { state: 'REFUSED', missingMenuItemIds: [...missing] } });
      return { outcome: 'OUT_OF_STOCK', missing };
    }
    if (total.size === 0) return { outcome: 'RESERVED' };
    const commands = new Map(
      [...total].map(([ingredientId, quantity]): [string, StockCommand] => [
        ingredientId,
        { kind: 'RESERVE', quantity, orderId },
      ]),
    );
    const moved = await moveStock(domain, tx, storeId, stock, commands);
    if (moved.kind === 'refused')
      throw new Error(
        `order ${orderId} was allocated stock that cannot be reserved: ${moved.problem} of ${moved.ingredientId}`,
      );
    await tx.$executeRaw`
      INSERT INTO reservation_line (order_id, ingredient_id, quantity)
      SELECT ${orderId}::uuid, ingredient_id, quantity
      FROM unnest(${[...total.keys()]}::uuid[], ${[...total.values()]}::int[]) AS line (ingredient_id, quantity)`;
    return { outcome: 'RESERVED' };
  });
}
