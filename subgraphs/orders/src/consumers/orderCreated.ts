import { forwardEvent } from '#platform/events/onEvent.ts';
import { OrderCreated } from '#schema/events/orders.ts';
import { placeOrderSaga } from '../sagas/placeOrder.ts';

/**
 * Starts the saga of an accepted order. It is the only place that starts one, so that every accepted order has a
 * saga, even when the process dies right after the order was accepted.
 */
export const onOrderCreated = forwardEvent(OrderCreated, 'orders.orderCreated', ({ data }) =>
  placeOrderSaga.start(data.orderId, { delivery: data.service === 'DELIVERY' }),
);
