import { onEvent } from '#platform/events/onEvent.ts';
import { LoyaltyGoodwillGiven } from '#schema/events/loyalty.ts';
import type { Heard } from '../context.ts';
import { newsForMs } from '../newsForMs.ts';
import { writeMessage } from '../writeMessage.ts';

/** Tells a customer that support has given them points. They belong to no order, but to the customer's account. */
export const onLoyaltyGoodwillGiven = onEvent(
  LoyaltyGoodwillGiven,
  'notifications.loyaltyGoodwillGiven',
  async ({ eventId, data: { customerId, points, balance, at } }, { domain, tx }: Heard) => {
    if (domain.clock().getTime() - Date.parse(at) > newsForMs) return;
    const facts = { points, balance };
    await writeMessage(domain, tx, { eventId, customerId, orderId: customerId, about: 'POINTS_GIVEN', facts });
  },
);
