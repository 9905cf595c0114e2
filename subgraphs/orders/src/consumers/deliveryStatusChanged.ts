import { onEvent } from '#platform/events/onEvent.ts';
import { DeliveryStatusChanged } from '#schema/events/delivery.ts';
import type { Heard } from '../context.ts';
import { placeOrderSaga, type OrderNews } from '../sagas/placeOrder.ts';

const newsOf: Partial<Record<string, OrderNews['news']>> = {
  PICKED_UP: 'pickedUp',
  DELIVERED: 'delivered',
  FAILED: 'deliveryFailed',
  CANCELLED: 'deliveryFailed',
};

/**
 * Records which courier carries the order, since that decides who may see it, and signals the courier's progress to
 * the saga.
 */
export const onDeliveryStatusChanged = onEvent(
  DeliveryStatusChanged,
  'orders.deliveryStatusChanged',
  async ({ eventId, data }, { tx }: Heard) => {
    const { count } = await tx.order.updateMany({
      where: { id: data.orderId },
      data: { deliveryId: data.deliveryId, deliveryStatus: data.to, courierId: data.courierId },
    });
    const news = newsOf[data.to];
    // No saga is signalled when this domain has no such order.
    if (count && news) await placeOrderSaga.signal(data.orderId, { delivery: true }, { news }, eventId);
  },
);
