import type { SqlTx } from '#platform/events/sqlTx.ts';
import type { Inventory } from '../context.ts';
import type { StockCommand } from '../stockItem.ts';
import { lockStock } from '../stockRows.ts';
import { moveStock } from './moveStock.ts';

interface OrderAtStore {
  readonly orderId: string;
  readonly storeId: string;
}

interface Settlement {
  readonly command: 'RELEASE' | 'CONSUME';
  readonly state: 'RELEASED' | 'CONSUMED';
}

/** A line of a reservation with what its reservation was; without an ingredient if there is no line. */
interface HeldLine {
  readonly storeId: string;
  readonly state: string;
  readonly ingredientId: string | null;
  readonly quantity: number | null;
}

/** Releases or consumes everything that an order holds. The first call does it; later ones get its answer. */
async function settle(domain: Inventory, tx: SqlTx, orderId: string, { command, state }: Settlement): Promise<boolean> {
  // In one statement: locks the reservation, settles it if it is held, and reads what it holds.
  const held = await tx.$queryRawUnsafe<HeldLine[]>(
    `WITH own AS (SELECT order_id, store_id, state FROM reservation WHERE order_id = $1::uuid FOR UPDATE),
     settled AS (
       UPDATE reservation r SET state = $2::text, updated_at = $3::timestamptz FROM own
       WHERE r.order_id = own.order_id AND own.state = 'HELD')
     SELECT own.store_id::text AS "storeId", own.state, l.ingredient_id::text AS "ingredientId", l.quantity
     FROM own LEFT JOIN reservation_line l USING (order_id)`,
    orderId,
    state,
    domain.clock().toISOString(),
  );
  const [reservation] = held;
  if (!reservation) return false;
  const lines = held.flatMap(({ ingredientId, quantity }) =>
    ingredientId === null || quantity === null ? [] : [{ ingredientId, quantity }],
  );
  if (reservation.state !== 'HELD') return reservation.state === state && lines.length > 0;
  if (lines.length === 0) return false;
  const stock = await lockStock(
    tx,
    reservation.storeId,
    lines.map((line) => line.ingredientId),
  );
  const commands = new Map(
    lines.map(({ ingredientId, quantity }): [string, StockCommand] => [
      ingredientId,
      { kind: command, quantity, orderId },
    ]),
  );
  const moved = await moveStock(domain, tx, reservation.storeId, stock, commands);
  if (moved.kind === 'refused')
    throw new Error(`the reservation of order ${orderId} cannot be settled: ${moved.problem} of ${moved.ingredientId}`);
  return true;
}

/**
 * Compensates `reserve`: what an order holds becomes free again. An order that was never reserved is remembered as
 * released, so that a reservation that arrives later holds nothing.
 * @returns whether this call, or an earlier one, released something
 */
export async function release(domain: Inventory, { orderId, storeId }: OrderAtStore): Promise<boolean> {
  return domain.sqlTransaction(async (tx) => {
    const early = await tx.$executeRawUnsafe(
      `INSERT INTO reservation (order_id, store_id, state, missing_menu_item_ids, created_at, updated_at)
       VALUES ($1::uuid, $2::uuid, 'RELEASED', '{}', $3::timestamptz, $3::timestamptz) ON CONFLICT DO NOTHING`,
      orderId,
      storeId,
      domain.clock().toISOString(),
    );
    return early === 0 && settle(domain, tx, orderId, { command: 'RELEASE', state: 'RELEASED' });
  });
}

/**
 * Uses up what an order holds.
 * @returns whether this call, or an earlier one, used something up
 */
export async function consume(domain: Inventory, { orderId }: OrderAtStore): Promise<boolean> {
  return domain.sqlTransaction((tx) => settle(domain, tx, orderId, { command: 'CONSUME', state: 'CONSUMED' }));
}
