import { MembershipBenefitsChanged } from '#schema/events/memberships.ts';
import { onEvent } from '#platform/events/onEvent.ts';
import type { Heard } from '../context.ts';

/** Remembers whose deliveries are free, so that a quote asks nobody. */
export const onMembershipBenefitsChanged = onEvent(
  MembershipBenefitsChanged,
  'delivery.membershipBenefitsChanged',
  async ({ data: { membershipId, customerId, benefits } }, { tx }: Heard) => {
    if (benefits.some(({ kind }) => kind === 'FREE_DELIVERY'))
      await tx.freeDelivery.createMany({ data: [{ membershipId, customerId }], skipDuplicates: true });
    else await tx.freeDelivery.deleteMany({ where: { membershipId } });
  },
);
