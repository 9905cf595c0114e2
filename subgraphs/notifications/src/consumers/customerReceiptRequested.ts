import { CustomerReceiptRequested } from '#schema/events/customers.ts';
import { onEvent } from '#platform/events/onEvent.ts';
import type { Heard } from '../context.ts';
import type { Facts } from '../texts.ts';
import { writeMessage } from '../writeMessage.ts';

/**
 * Has the receipt of an order sent again. What it says is known from what the customer was, or could have been, told of
 * the order before: so an order of somebody else, or one that was never confirmed, has no receipt.
 */
export const onCustomerReceiptRequested = onEvent(
  CustomerReceiptRequested,
  'notifications.customerReceiptRequested',
  async ({ eventId, data: { customerId, orderId } }, { domain, tx }: Heard) => {
    const messages = await tx.message.findMany({
      where: { customerId, orderId },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: 20,
    });
    const told = messages.find(({ facts }) => typeof (facts as Partial<Facts>).total === 'number');
    if (!told) {
      domain.log.warn({ orderId, eventId }, 'a receipt was asked for an order that this customer has not');
      return;
    }
    await writeMessage(domain, tx, { eventId, customerId, orderId, about: 'ORDER_RECEIPT', facts: told.facts });
  },
);
