import { onEvent } from '#platform/events/onEvent.ts';
import { OrderCreated } from '#schema/events/orders.ts';
import { placeOrderSaga } from '../sagas/placeOrder.ts';

/** An accepted order starts its saga: here and nowhere else, so that none is accepted without one. */
export const onOrderCreated = onEvent(OrderCreated, 'orders.orderCreated', ({ data }) =>
  placeOrderSaga.start(data.orderId, { delivery: data.service === 'DELIVERY' }),
);
