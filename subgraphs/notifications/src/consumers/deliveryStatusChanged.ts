import { onEvent } from '#platform/events/onEvent.ts';
import { DeliveryStatusChanged } from '#schema/events/delivery.ts';
import type { Heard } from '../context.ts';
import { newsForMs } from '../newsForMs.ts';
import { writeMessage } from '../writeMessage.ts';

/** Tells a customer that their order has arrived. The order itself tells that it is on its way or called off. */
export const onDeliveryStatusChanged = onEvent(
  DeliveryStatusChanged,
  'notifications.deliveryStatusChanged',
  async ({ eventId, data: { customerId, orderId, at } }, { domain, tx }: Heard) => {
    if (domain.clock().getTime() - Date.parse(at) > newsForMs) return;
    await writeMessage(domain, tx, { eventId, customerId, orderId, about: 'ORDER_DELIVERED', facts: {} });
  },
  ({ data }) => data.to === 'DELIVERED',
);
