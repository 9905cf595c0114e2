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

/** Everything that the order holds goes the same way. The first call does it; later ones get its answer. */
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
    throw new Error(`what order ${orderId} holds cannot be settled: ${moved.problem} of ${moved.ingredientId}`);
  return true;
}

/**
 * Puts back what an order holds. One that was never reserved is remembered as released: a reserve that comes late,
 * because the two overtook each other, then holds nothing.
 * @returns whether the order held something that this call, or an earlier one, put back
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
 * @returns whether the order held something that this call, or an earlier one, used up
 */
export async function consume(domain: Inventory, { orderId }: OrderAtStore): Promise<boolean> {
  return domain.transaction((tx) => settle(domain, tx, orderId, { command: 'CONSUME', state: 'CONSUMED' }));
}
