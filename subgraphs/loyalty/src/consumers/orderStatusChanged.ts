import { OrderStatusChanged } from '#schema/events/orders.ts';
import { onEvent } from '#platform/events/onEvent.ts';
import { pointsFor } from '../account.ts';
import { lockOrder, notePoints, writeEntry } from '../commands/writeEntry.ts';
import type { Heard } from '../context.ts';

/** A completed order earns its customer points, unless its refund was received before. */
export const onOrderStatusChanged = onEvent(
  OrderStatusChanged,
  'loyalty.orderStatusChanged',
  async ({ data }, { domain, tx }: Heard) => {
    const { customerId, orderId } = data;
    if (customerId === null) return;
    await lockOrder(tx, orderId);
    // The order has earned its points already. The same event may come again under another id, for example after a
    // replay by an operator.
    if (await tx.orderPoints.findUnique({ where: { orderId } })) return;
    const points = (await tx.refundedOrder.findUnique({ where: { orderId } })) ? 0 : pointsFor(data);
    if (points === 0) await notePoints(tx, { customerId, orderId }, 0);
    else await writeEntry(domain, tx, { customerId, orderId }, { kind: 'EARNED', points });
  },
  ({ data }) => data.to === 'COMPLETED' && data.customerId !== null,
);
