import { forwardEvent } from '#platform/events/onEvent.ts';
import { MembershipRequested } from '#schema/events/memberships.ts';
import { subscribeSaga } from '../sagas/subscribe.ts';

/** Starts the saga of a wish for a membership, so that every one has a saga, even when the process dies after it. */
export const onMembershipRequested = forwardEvent(MembershipRequested, 'memberships.membershipRequested', ({ data }) =>
  subscribeSaga.start(data.membershipId, { free: data.amount === 0 }),
);
