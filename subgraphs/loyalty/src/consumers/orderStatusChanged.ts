import { OrderStatusChanged } from '#schema/events/orders.ts';
import { onEvent } from '#platform/events/onEvent.ts';
import { pointsFor } from '../account.ts';
import { lockOrder, writeEntry } from '../commands/writeEntry.ts';
import type { Heard } from '../context.ts';

/** A completed order earns its customer points, unless its refund was heard of first. */
export const onOrderStatusChanged = onEvent(
  OrderStatusChanged, 'loyalty.orderStatusChanged',
  async ({ data }, { domain, tx }: Heard) => {
    const { customerId, orderId } = data;
    if (customerId === null) return;
    const points = pointsFor(data);
    if (points === 0) return;
    await lockOrder(tx, orderId);
    if (await tx.refundedOrder.findUnique({ where: { orderId } })) return;
    // The same fact under another event id, after a replay for example, earns nothing again.
    if (await tx.ledgerEntry.findUnique({ where: { orderId_kind: { orderId, kind: 'EARNED' } } })) return;
    await writeEntry(domain, tx, { customerId, orderId }, { kind: 'EARNED', points });
  },
  ({ data }) => data.to === 'COMPLETED' && data.customerId !== null,
);
