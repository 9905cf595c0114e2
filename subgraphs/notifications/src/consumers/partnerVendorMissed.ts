import { onEvent } from '#platform/events/onEvent.ts';
import { PartnerVendorMissed } from '#schema/events/partners.ts';
import type { Heard } from '../context.ts';

/** Writes down that a vendor is to be told by e-mail of an order that its own system did not take. */
export const onPartnerVendorMissed = onEvent(
  PartnerVendorMissed,
  'notifications.partnerVendorMissed',
  async ({ eventId, data: { vendorId, marketplaceOrderId } }, { domain, tx }: Heard) => {
    const now = domain.clock();
    const row = { eventId, vendorId, marketplaceOrderId, status: 'WAITING', dueAt: now, createdAt: now };
    await tx.vendorMail.createMany({ data: [row], skipDuplicates: true });
  },
);
