import type { OrderNote } from '#generated/delivery/prisma/client.ts';
import type { Tx } from './context.ts';

/**
 * Locks the row with what delivery knows of an order, and creates it if there is none. Everything that is done for
 * one order therefore happens one after the other.
 */
export async function lockOrderNote(tx: Tx, orderId: string): Promise<OrderNote> {
  await tx.orderNote.createMany({ data: [{ orderId }], skipDuplicates: true });
  await tx.$queryRaw`SELECT 1 FROM order_note WHERE order_id = ${orderId}::uuid FOR UPDATE`;
  return tx.orderNote.findUniqueOrThrow({ where: { orderId } });
}
