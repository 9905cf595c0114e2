import type { OrderNote } from '#generated/delivery/prisma/client.ts';
import type { Tx } from './context.ts';

/**
 * Locks what delivery knows of an order, made if need be: whatever is done for one order is done one after the other.
 */
export async function lockOrderNote(tx: Tx, orderId: string): Promise<OrderNote> {
  await tx.orderNote.createMany({ data: [{ orderId }], skipDuplicates: true });
  await tx.$queryRaw`SELECT 1 FROM order_note WHERE order_id = ${orderId}::uuid FOR UPDATE`;
  return tx.orderNote.findUniqueOrThrow({ where: { orderId } });
}
