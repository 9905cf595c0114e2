import { onEvent } from '#platform/events/onEvent.ts';
import { MembershipChanged } from '#schema/events/memberships.ts';
import type { Heard } from '../context.ts';
import type { Subject } from '../texts.ts';
import { writeMessage } from '../writeMessage.ts';

/** What a member is told of. What they asked for themselves, they see in the app. */
const subjectOf: Readonly<Record<string, Subject>> = {
  STARTED: 'MEMBERSHIP_STARTED',
  FAILED: 'MEMBERSHIP_FAILED',
  PAYMENT_FAILED: 'MEMBERSHIP_PAYMENT_FAILED',
  ENDED: 'MEMBERSHIP_ENDED',
};

export const onMembershipChanged = onEvent(
  MembershipChanged,
  'notifications.membershipChanged',
  async ({ eventId, data }, { domain, tx }: Heard) => {
    const { customerId, membershipId: orderId, what } = data;
    await writeMessage(domain, tx, { eventId, customerId, orderId, about: subjectOf[what]!, facts: {} });
  },
  ({ data }) => data.what in subjectOf,
);
