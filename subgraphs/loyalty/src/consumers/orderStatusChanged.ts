import { OrderStatusChanged } from '#schema/events/orders.ts';
import { onEvent } from '#platform/events/onEvent.ts';
import { multiplied, pointsFor } from '../account.ts';
import { keptOf, lockOrder, notePoints, writeEntry } from '../commands/writeEntry.ts';
import type { Heard } from '../context.ts';

/** A completed order earns its customer points, without those of a part whose refund was received before. */
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
    const points = multiplied(pointsFor(data), await percentOf(tx, customerId));
    const refund = await tx.refundedOrder.findUnique({ where: { orderId } });
    const kept = refund ? keptOf(points, refund) : points;
    const cause = { customerId, orderId };
    if (kept === 0) return notePoints(tx, cause, 0);
    await writeEntry(domain, tx, cause, { kind: 'EARNED', points }, points);
    if (kept < points) await writeEntry(domain, tx, cause, { kind: 'REVERSED', points: kept - points }, kept);
  },
  ({ data }) => data.to === 'COMPLETED' && data.customerId !== null,
);

/** How many percent of the usual points a customer earns: 100 unless a membership says more. */
async function percentOf(tx: Heard['tx'], customerId: string): Promise<number> {
  const { _max } = await tx.multiplier.aggregate({ where: { customerId }, _max: { percent: true } });
  return _max.percent ?? 100;
}
