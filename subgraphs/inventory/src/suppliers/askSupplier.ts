import type { PurchaseOrder } from '#generated/inventory/prisma/client.ts';
import { backoffMs } from '#platform/events/pause.ts';
import { failPoint } from '#platform/faults/failPoint.ts';
import { CounterpartUnavailable } from '#platform/outward/outward.ts';
import type { Inventory, InventoryTx } from '../context.ts';
import { lockPurchases } from './orderWhatIsLow.ts';
import { isOpen, type PurchaseOrderStatus } from './purchaseOrder.ts';
import type { Supplier, SupplierOrder } from './supplier.ts';

/** If the process dies meanwhile, another one asks after so long. */
const leaseMs = 60_000;
const firstPauseMs = 2_000;
const longestPauseMs = 15 * 60_000;
/** A supplier that tells nothing of an order by itself is asked so often. */
const lookEveryMs = 3_600_000;

/**
 * Does what is due for an order: sends it to the supplier, or asks what has become of it. Both may be repeated and
 * interrupted: the supplier knows the order by its id.
 */
export async function askSupplier(domain: Inventory, supplier: Supplier, id: string): Promise<void> {
  const now = domain.clock();
  const [order] = await domain.db.purchaseOrder.updateManyAndReturn({
    where: { id, dueAt: { lte: now } },
    data: { dueAt: new Date(now.getTime() + leaseMs), tries: { increment: 1 } },
  });
  if (!order) return;
  try {
    failPoint('inventory.orderWritten');
    if (order.supplierNumber === null) await send(domain, supplier, order);
    else await lookUp(domain, supplier, order);
  } catch (error) {
    const level = error instanceof CounterpartUnavailable ? 'warn' : 'error';
    domain.log[level]({ err: error, purchaseOrder: id }, 'an order to the supplier is unanswered');
    const dueAt = new Date(domain.clock().getTime() + backoffMs(order.tries, firstPauseMs, longestPauseMs));
    await withOrder(domain, order, (tx) => tx.purchaseOrder.update({ where: { id }, data: { dueAt } }));
  }
}

/** Changes an open order under the lock of its store's orders; does nothing with one that has ended. */
async function withOrder(
  domain: Inventory,
  { id, storeId }: Pick<PurchaseOrder, 'id' | 'storeId'>,
  work: (tx: InventoryTx, order: PurchaseOrder) => Promise<unknown>,
): Promise<void> {
  await domain.transaction(async (tx) => {
    await lockPurchases(tx, storeId);
    const order = await tx.purchaseOrder.findUniqueOrThrow({ where: { id } });
    if (isOpen(order.status)) await work(tx, order);
  });
}

async function send(domain: Inventory, supplier: Supplier, { id, storeId }: PurchaseOrder): Promise<void> {
  const lines = await domain.db.purchaseOrderLine.findMany({
    where: { purchaseOrderId: id, packs: { gt: 0 } },
    orderBy: { ingredientId: 'asc' },
  });
  const answer = await supplier.order({ reference: id, storeId, lines });
  failPoint('inventory.supplierAnswered');
  await withOrder(domain, { id, storeId }, async (tx, order) => {
    if (answer.kind === 'placed') return takeOver(domain, tx, order, answer.order);
    // What has happened wins over what is said: a supplier that has sent the goods has not refused them.
    if (order.status === 'ASKING') return endOrder(domain, tx, id, 'REFUSED', answer.reason);
    domain.log.error({ purchaseOrder: id, reason: answer.reason }, 'the supplier refuses what it has sent');
    return tx.purchaseOrder.update({ where: { id }, data: { dueAt: later(domain) } });
  });
}

async function lookUp(domain: Inventory, supplier: Supplier, order: PurchaseOrder): Promise<void> {
  const told = await supplier.find(order.id);
  await withOrder(domain, order, (tx, known) =>
    told
      ? takeOver(domain, tx, known, told)
      : endOrder(domain, tx, known.id, 'CANCELLED', 'the supplier knows nothing of it any more'),
  );
}

async function takeOver(
  domain: Inventory,
  tx: InventoryTx,
  { id, status }: PurchaseOrder,
  told: SupplierOrder,
): Promise<unknown> {
  // Once goods are on their way, the store's staff say what has come of it.
  if (told.status === 'CANCELLED' && status !== 'NOTIFIED') {
    await tx.purchaseOrder.update({ where: { id }, data: { supplierNumber: told.number } });
    return endOrder(domain, tx, id, 'CANCELLED', 'the supplier has cancelled it');
  }
  return tx.purchaseOrder.update({
    where: { id },
    data: {
      status: status === 'ASKING' ? 'PLACED' : status,
      supplierNumber: told.number,
      tries: 0,
      dueAt: later(domain),
      ...(told.expectedAt && { expectedAt: told.expectedAt }),
    },
  });
}

const later = (domain: Inventory): Date => new Date(domain.clock().getTime() + lookEveryMs);

/** Ends an order: its ingredients may be ordered again. */
export async function endOrder(
  domain: Inventory,
  tx: InventoryTx,
  id: string,
  status: PurchaseOrderStatus,
  reason: string | null = null,
): Promise<void> {
  await tx.purchaseOrder.update({
    where: { id },
    data: { status, reason, dueAt: null, closedAt: domain.clock() },
  });
  await tx.purchaseOrderLine.updateMany({ where: { purchaseOrderId: id }, data: { open: false } });
}
