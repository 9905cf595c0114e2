import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { id, instant } from './fields.ts';

/**
 * No system of a vendor has taken the webhook of an order that it may accept: none is registered, or none has answered
 * in time. Told once for each order, so that the vendor is told in another way.
 */
export const PartnerVendorMissed = defineEvent({
  name: 'PartnerVendorMissed',
  domain: 'partners',
  version: '1.0',
  aggregate: (data) => `vendorOrder:${data.marketplaceOrderId}`,
  logged: ({ marketplaceOrderId, vendorId }) => ({ marketplaceOrderId, vendorId }),
  schema: z.object({ marketplaceOrderId: id, vendorId: id, at: instant }),
});
