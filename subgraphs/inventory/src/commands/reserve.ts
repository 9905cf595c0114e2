import type { SqlTx } from '#platform/events/sqlTx.ts';
import type { Inventory } from '../context.ts';
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
async function earlierAnswer(tx: SqlTx, orderId: string): Promise<ReserveOutcome> {
  const [earlier] = await tx.$queryRawUnsafe<{ state: string; missing: string[]; held: boolean }[]>(
    `SELECT state, missing_menu_item_ids::text[] AS missing, EXISTS (SELECT FROM reservation_line l WHERE l.order_id = r.order_id) AS held
     FROM reservation r WHERE order_id = $1::uuid`,
    orderId,
  );
  const { state, missing, held } = earlier!;
  if (state === 'REFUSED') return { outcome: 'OUT_OF_STOCK', missing };
  if (state === 'RELEASED' && !held) return { outcome: 'OUT_OF_STOCK', missing: [] };
  return { outcome: 'RESERVED' };
}

/**
 * Reserves what an order needs, all lines or nothing. The first call for an order decides; later calls, and one that
 * runs at the same time, get the same answer.
 */
export async function reserve(domain: Inventory, order: ReserveOrder): Promise<ReserveOutcome> {
  const { orderId, storeId } = order;
  return domain.sqlTransaction(async (tx) => {
    const at = domain.clock().toISOString();
    const claimed = await tx.$executeRawUnsafe(
      `INSERT INTO reservation (order_id, store_id, state, missing_menu_item_ids, created_at, updated_at)
       VALUES ($1::uuid, $2::uuid, 'HELD', '{}', $3::timestamptz, $3::timestamptz) ON CONFLICT DO NOTHING`,
      orderId,
      storeId,
      at,
    );
    if (claimed === 0) return earlierAnswer(tx, orderId);

    const recipes = await readRecipes(tx, order.lines);
    const stock = await lockStock(tx, storeId, ingredientsOf(recipes));
    const free = new Map([...stock].map(([ingredientId, item]) => [ingredientId, item.onHand]));
    const { total, missing } = allocate(order.lines, recipes, free);
    if (missing.length > 0) {
      await tx.$executeRawUnsafe(
        `UPDATE reservation SET state = 'REFUSED', missing_menu_item_ids = $2, updated_at = $3::timestamptz WHERE order_id = $1::uuid`,
        orderId,
        missing,
        at,
      );
      return { outcome: 'OUT_OF_STOCK', missing };
    }
    if (total.size === 0) return { outcome: 'RESERVED' };
    const commands = new Map(
      [...total].map(([ingredientId, quantity]): [string, StockCommand] => [
        ingredientId,
        { kind: 'RESERVE', quantity, orderId },
      ]),
    );
    const moved = await moveStock(domain, tx, storeId, stock, commands, [
      {
        sql: `INSERT INTO reservation_line (order_id, ingredient_id, quantity)
          SELECT $1::uuid, ingredient_id, quantity FROM unnest($2::uuid[], $3::int[]) AS line (ingredient_id, quantity)`,
        parameters: [orderId, [...total.keys()], [...total.values()]],
      },
    ]);
    if (moved.kind === 'refused')
      throw new Error(
        `order ${orderId} was allocated stock that cannot be reserved: ${moved.problem} of ${moved.ingredientId}`,
      );
    return { outcome: 'RESERVED' };
  });
}
