import { onEvent } from '#platform/events/onEvent.ts';
import { MarketplaceOrderChanged } from '#schema/events/marketplace.ts';
import type { Heard } from '../context.ts';
import { newsForMs } from '../newsForMs.ts';
import type { Subject } from '../texts.ts';
import { writeMessage } from '../writeMessage.ts';

/** The statuses of an order from a vendor that a customer is told of. */
const subjectOf: Readonly<Record<string, Subject>> = {
  ACCEPTED: 'VENDOR_ACCEPTED',
  DECLINED: 'VENDOR_ORDER_ENDED',
  CANCELLED: 'VENDOR_ORDER_ENDED',
};

/** Writes down that the customer is to be told. Whoever called the order off knows it already. */
export const onMarketplaceOrderChanged = onEvent(
  MarketplaceOrderChanged,
  'notifications.marketplaceOrderChanged',
  async ({ eventId, data }, { domain, tx }: Heard) => {
    const about = subjectOf[data.to];
    if (!about || domain.clock().getTime() - Date.parse(data.at) > newsForMs) return;
    const { customerId, marketplaceOrderId: orderId } = data;
    await writeMessage(domain, tx, { eventId, customerId, orderId, about, facts: {} });
  },
  ({ data }) => data.to in subjectOf && data.reason !== 'CANCELLED_BY_CUSTOMER',
);
