import type { Inventory, InventoryTx } from '../context.ts';
import { lockPurchases } from './orderWhatIsLow.ts';
import { isOpen } from './purchaseOrder.ts';

export interface Shipment {
  readonly purchaseOrderId: string;
  readonly storeId: string;
  readonly deliveryNote: string;
  readonly expectedAt: Date | null;
  readonly lines: readonly { readonly ingredientId: string; readonly quantity: number }[];
}

/** `otherStore`: the order is of another store, or the note was for another order. */
export type NoteOutcome = 'noted' | 'unknownOrder' | 'unknownIngredient' | 'otherStore';

/**
 * Notes what the supplier says it has sent for an order. It may come before the supplier's answer to the order itself.
 * A note that comes again replaces what it said; what one says of an order that has ended changes nothing but itself.
 */
export const noteShipment = (domain: Inventory, shipment: Shipment): Promise<NoteOutcome> =>
  domain.transaction(async (tx) => {
    await lockPurchases(tx, shipment.storeId);
    return note(domain, tx, shipment);
  });

async function note(domain: Inventory, tx: InventoryTx, shipment: Shipment): Promise<NoteOutcome> {
  const { purchaseOrderId, storeId, deliveryNote, lines } = shipment;
  const order = await tx.purchaseOrder.findUnique({ where: { id: purchaseOrderId } });
  if (!order) return 'unknownOrder';
  const where = { storeId_deliveryNote: { storeId, deliveryNote } };
  const earlier = await tx.shippingNotice.findUnique({ where });
  if (order.storeId !== storeId || (earlier && earlier.purchaseOrderId !== purchaseOrderId)) return 'otherStore';
  const ids = lines.map(({ ingredientId }) => ingredientId);
  if ((await tx.ingredient.count({ where: { id: { in: ids } } })) < ids.length) return 'unknownIngredient';
  const told = { lines: lines.map(({ ingredientId, quantity }) => ({ ingredientId, quantity })) };
  const key = { storeId, deliveryNote, purchaseOrderId };
  await tx.shippingNotice.upsert({ where, create: { ...key, ...told, notedAt: domain.clock() }, update: told });
  if (!isOpen(order.status)) {
    domain.log.warn({ purchaseOrder: order.id, deliveryNote }, 'goods are sent for an order that has ended');
    return 'noted';
  }
  await tx.purchaseOrder.update({
    where: { id: order.id },
    data: { status: 'NOTIFIED', ...(shipment.expectedAt && { expectedAt: shipment.expectedAt }) },
  });
  await sumUpNotices(tx, order.id, storeId);
  return 'noted';
}

/** Writes beside each line of an order how much of it its notices announce; what was not ordered gets a line. */
async function sumUpNotices(tx: InventoryTx, purchaseOrderId: string, storeId: string): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO purchase_order_line
      (purchase_order_id, store_id, ingredient_id, ordered, packs, pack_size, price, currency, exponent, notified, open)
    SELECT ${purchaseOrderId}::uuid, ${storeId}::uuid, sent.ingredient_id, 0, 0, 1, 0, '', 0, sent.quantity, false
    FROM (SELECT (l ->> 'ingredientId')::uuid AS ingredient_id,
        least(sum((l ->> 'quantity')::bigint), 2000000000)::int AS quantity
      FROM shipping_notice n CROSS JOIN jsonb_array_elements(n.lines) AS l
      WHERE n.purchase_order_id = ${purchaseOrderId}::uuid GROUP BY 1) AS sent
    ON CONFLICT (purchase_order_id, ingredient_id) DO UPDATE SET notified = excluded.notified`;
}

/**
 * Notes that the goods of a delivery have arrived, if they belong to an order: to the one that is named, or to that of
 * an earlier shipping notice. What has arrived without a notice is noted as sent, too.
 */
export const noteArrival = (
  domain: Inventory,
  arrival: Omit<Shipment, 'purchaseOrderId' | 'expectedAt'> & { readonly purchaseOrderId: string | null },
): Promise<NoteOutcome | 'noOrder'> =>
  domain.transaction(async (tx) => {
    const { storeId, deliveryNote, purchaseOrderId } = arrival;
    await lockPurchases(tx, storeId);
    const where = { storeId_deliveryNote: { storeId, deliveryNote } };
    const notice = await tx.shippingNotice.findUnique({ where });
    if (!notice) {
      if (purchaseOrderId === null) return 'noOrder';
      const noted = await note(domain, tx, { ...arrival, purchaseOrderId, expectedAt: null });
      if (noted !== 'noted') return noted;
    } else if (purchaseOrderId !== null && notice.purchaseOrderId !== purchaseOrderId) return 'otherStore';
    await tx.shippingNotice.updateMany({
      where: { storeId, deliveryNote, arrivedAt: null },
      data: { arrivedAt: domain.clock() },
    });
    return 'noted';
  });
