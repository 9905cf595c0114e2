import { forwardEvent } from '#platform/events/onEvent.ts';
import { OrderHandedOver } from '#schema/events/orders.ts';
import { placeOrderSaga } from '../sagas/placeOrder.ts';

/** Signals a hand-over at the counter to the saga. Only orders that are not delivered are handed over there. */
export const onOrderHandedOver = forwardEvent(OrderHandedOver, 'orders.orderHandedOver', ({ eventId, data }) =>
  placeOrderSaga.signal(data.orderId, { delivery: false }, { news: 'handedOver' }, eventId),
);
