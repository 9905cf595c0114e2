import { CustomerErased } from '#schema/events/customers.ts';
import { onEvent } from '#platform/events/onEvent.ts';
import type { Heard } from '../context.ts';

/**
 * Erases what was sent to a person: deletes the key with which it is sealed. The row without a key stays, so that a
 * message that is being sent at this moment is not kept under a new one.
 */
export const onCustomerErased = onEvent(
  CustomerErased,
  'notifications.customerErased',
  async ({ data: { customerId } }, { domain, tx }: Heard) => {
    await tx.recipient.upsert({
      where: { customerId },
      create: { customerId, wrappedKey: null },
      update: { wrappedKey: null },
    });
    await tx.message.updateMany({ where: { customerId }, data: { content: null } });
    await tx.message.updateMany({
      where: { customerId, status: 'WAITING' },
      data: { status: 'UNWANTED', settledAt: domain.clock() },
    });
  },
);
