import type { Inventory, InventoryTx } from '../context.ts';
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

/** Releases or consumes everything that an order holds. The first call does it; later ones get its answer. */
async function settle(
  domain: Inventory,
  tx: InventoryTx,
  orderId: string,
  { command, state }: Settlement,
): Promise<boolean> {
  const [reservation] = await tx.$queryRaw<{ storeId: string; state: string }[]>`
    SELECT store_id::text AS "storeId", state FROM reservation WHERE order_id = ${orderId}::uuid FOR UPDATE`;
  if (!reservation) return false;
  const lines = await tx.reservationLine.findMany({ where: { orderId } });
  if (reservation.state !== 'HELD') return reservation.state === state && lines.length > 0;
  await tx.reservation.update({ where: { orderId }, data: { state, updatedAt: domain.clock() } });
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
  return domain.transaction(async (tx) => {
    const at = domain.clock();
    const early = await tx.reservation.createMany({
      data: { orderId, storeId, state: 'RELEASED', missingMenuItemIds: [], createdAt: at, updatedAt: at },
      skipDuplicates: true,
    });
    return early.count === 0 && settle(domain, tx, orderId, { command: 'RELEASE', state: 'RELEASED' });
  });
}

/**
 * Uses up what an order holds.
 * @returns whether this call, or an earlier one, used something up
 */
export async function consume(domain: Inventory, { orderId }: OrderAtStore): Promise<boolean> {
  return domain.transaction((tx) => settle(domain, tx, orderId, { command: 'CONSUME', state: 'CONSUMED' }));
}
