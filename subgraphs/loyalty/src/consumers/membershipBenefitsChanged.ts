import { MembershipBenefitsChanged } from '#schema/events/memberships.ts';
import { onEvent } from '#platform/events/onEvent.ts';
import type { Heard } from '../context.ts';

/** Remembers who earns more points, for the orders that are completed from now on. */
export const onMembershipBenefitsChanged = onEvent(
  MembershipBenefitsChanged,
  'loyalty.membershipBenefitsChanged',
  async ({ data: { membershipId, customerId, benefits } }, { tx }: Heard) => {
    const percent = Math.max(...benefits.map((each) => (each.kind === 'POINTS_MULTIPLIER' ? each.percent : 0)), 0);
    if (percent === 0) await tx.multiplier.deleteMany({ where: { membershipId } });
    else
      await tx.multiplier.upsert({
        where: { membershipId },
        create: { membershipId, customerId, percent },
        update: { percent },
      });
  },
);
