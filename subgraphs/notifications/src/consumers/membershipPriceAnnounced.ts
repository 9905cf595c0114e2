import { onEvent } from '#platform/events/onEvent.ts';
import { MembershipPriceAnnounced } from '#schema/events/memberships.ts';
import type { Heard } from '../context.ts';
import { writeMessage } from '../writeMessage.ts';

/** Tells a member what their plan will cost. The price holds for nobody who was not told. */
export const onMembershipPriceAnnounced = onEvent(
  MembershipPriceAnnounced,
  'notifications.membershipPriceAnnounced',
  async ({ eventId, data }, { domain, tx }: Heard) => {
    const { customerId, membershipId: orderId, amount: total, currency, exponent, holdsFrom } = data;
    const facts = { total, currency, exponent, day: holdsFrom.slice(0, 10) };
    await writeMessage(domain, tx, { eventId, customerId, orderId, about: 'MEMBERSHIP_PRICE', facts });
  },
);
