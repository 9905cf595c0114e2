import { OrderStatusChanged } from '#schema/events/orders.ts';
import { onEvent } from '#platform/events/onEvent.ts';
import type { Heard } from '../context.ts';
import { notifyCourier } from '../moveDelivery.ts';
import { lockOrderNote } from '../orderNote.ts';

/**
 * Remembers that the food of an order is ready, which may be before its delivery is requested, and updates the screen
 * of the courier.
 */
export const onOrderStatusChanged = onEvent(
  OrderStatusChanged,
  'delivery.orderStatusChanged',
  async ({ data: { orderId, at } }, { domain, tx }: Heard) => {
    await lockOrderNote(tx, orderId);
    await tx.orderNote.update({ where: { orderId }, data: { readyAt: new Date(at) } });
    const delivery = await tx.delivery.findUnique({ where: { orderId } });
    if (delivery) await notifyCourier(domain, tx, delivery, domain.clock());
  },
  ({ data }) => data.to === 'READY' && data.service === 'DELIVERY',
);
