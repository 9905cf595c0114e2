import { OrderStatusChanged } from '#schema/events/orders.ts';
import { onEvent } from '#platform/events/onEvent.ts';
import type { Heard } from '../context.ts';
import { newsForMs } from '../newsForMs.ts';
import type { Facts, Subject } from '../texts.ts';
import { writeMessage } from '../writeMessage.ts';

/** The statuses that a guest is told of. */
const subjectOf: Readonly<Record<string, Subject>> = {
  CONFIRMED: 'ORDER_CONFIRMED',
  READY: 'ORDER_READY',
  OUT_FOR_DELIVERY: 'ORDER_OUT_FOR_DELIVERY',
  CANCELLED: 'ORDER_CANCELLED',
  REJECTED: 'ORDER_CANCELLED',
};

/** Writes down that the customer is to be told. Whether they want it is asked when the message is sent. */
export const onOrderStatusChanged = onEvent(
  OrderStatusChanged,
  'notifications.orderStatusChanged',
  async ({ eventId, data }, { domain, tx }: Heard) => {
    const about = subjectOf[data.to];
    const now = domain.clock();
    if (!about || data.customerId === null || now.getTime() - Date.parse(data.at) > newsForMs) return;
    const { customerId, orderId, orderNumber, service, total, currency, exponent, reason } = data;
    const facts: Partial<Facts> = { orderNumber, service, total, currency, exponent, reason };
    await writeMessage(domain, tx, { eventId, customerId, orderId, about, facts: { ...facts } });
  },
  ({ data }) => data.customerId !== null && data.to in subjectOf,
);
