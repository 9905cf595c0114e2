import { onEvent } from '#platform/events/onEvent.ts';
import { DeliveryStatusChanged } from '#schema/events/delivery.ts';
import type { Heard } from '../context.ts';
import { newsForMs } from '../newsForMs.ts';
import { writeMessage } from '../writeMessage.ts';

/** Tells a customer that their order has arrived. That it is on its way, or comes to nothing, the order itself tells. */
export const onDeliveryStatusChanged = onEvent(
  DeliveryStatusChanged,
  'notifications.deliveryStatusChanged',
  async ({ eventId, data: { customerId, orderId, at } }, { domain, tx }: Heard) => {
    if (domain.clock().getTime() - Date.parse(at) > newsForMs) return;
    await writeMessage(domain, tx, { eventId, customerId, orderId, about: 'ORDER_DELIVERED', facts: {} });
  },
  ({ data }) => data.to === 'DELIVERED',
);
