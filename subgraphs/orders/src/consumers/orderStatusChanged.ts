import { forwardEvent } from '#platform/events/onEvent.ts';
import { OrderStatusChanged } from '#schema/events/orders.ts';
import { placeOrderSaga, type OrderNews } from '../sagas/placeOrder.ts';

/**
 * The news for the saga in each status that the kitchen, the guest or the staff can cause. The saga knows the
 * statuses that it causes itself.
 */
const newsOf: Partial<Record<string, OrderNews['news']>> = {
  PREPARING: 'started',
  READY: 'ready',
  CANCELLED: 'ended',
  REJECTED: 'ended',
};

export const onOrderStatusChanged = forwardEvent(
  OrderStatusChanged,
  'orders.orderStatusChanged',
  ({ eventId, data }) =>
    placeOrderSaga.signal(data.orderId, { delivery: data.service === 'DELIVERY' }, { news: newsOf[data.to]! }, eventId),
  ({ data }) => newsOf[data.to] !== undefined,
);
