import { onEvent } from '#platform/events/onEvent.ts';
import { LoyaltyPointsEarned } from '#schema/events/loyalty.ts';
import type { Heard } from '../context.ts';
import { newsForMs } from '../newsForMs.ts';
import { writeMessage } from '../writeMessage.ts';

/** Tells a customer which points an order has earned. */
export const onLoyaltyPointsEarned = onEvent(
  LoyaltyPointsEarned,
  'notifications.loyaltyPointsEarned',
  async ({ eventId, data: { customerId, orderId, points, balance, at } }, { domain, tx }: Heard) => {
    if (domain.clock().getTime() - Date.parse(at) > newsForMs) return;
    const facts = { points, balance };
    await writeMessage(domain, tx, { eventId, customerId, orderId, about: 'POINTS_EARNED', facts });
  },
);
