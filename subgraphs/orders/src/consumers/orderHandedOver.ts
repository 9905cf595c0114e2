import { onEvent } from '#platform/events/onEvent.ts';
import { OrderHandedOver } from '#schema/events/orders.ts';
import { placeOrderSaga } from '../sagas/placeOrder.ts';

/** Only what is not delivered is handed over at the counter. */
export const onOrderHandedOver = onEvent(OrderHandedOver, 'orders.orderHandedOver', ({ eventId, data }) =>
  placeOrderSaga.signal(data.orderId, { delivery: false }, { news: 'handedOver' }, eventId),
);
