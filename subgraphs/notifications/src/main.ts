import { PrismaClient } from '#generated/notifications/prisma/client.ts';
import { defineSubgraph } from '#platform/subgraph/defineSubgraph.ts';
import { config, mediaOf } from './config.ts';
import { onCustomerErased } from './consumers/customerErased.ts';
import { onCustomerReceiptRequested } from './consumers/customerReceiptRequested.ts';
import { onDeliveryStatusChanged } from './consumers/deliveryStatusChanged.ts';
import { onLoyaltyGoodwillGiven } from './consumers/loyaltyGoodwillGiven.ts';
import { onLoyaltyPointsEarned } from './consumers/loyaltyPointsEarned.ts';
import { onMarketplaceOrderChanged } from './consumers/marketplaceOrderChanged.ts';
import { onMembershipChanged } from './consumers/membershipChanged.ts';
import { onMembershipPriceAnnounced } from './consumers/membershipPriceAnnounced.ts';
import { onOrderStatusChanged } from './consumers/orderStatusChanged.ts';
import { onPartnerVendorMissed } from './consumers/partnerVendorMissed.ts';
import { onPaymentEvents } from './consumers/paymentEvents.ts';
import { personalRecords } from './personalRecords.ts';
import { resolvers } from './resolvers.ts';
import { sealedRows } from './sealedRows.ts';
import { sendMessages } from './sendMessages.ts';
import { tellVendors } from './vendorMails.ts';

export default defineSubgraph({
  name: 'notifications',
  directory: new URL('..', import.meta.url),
  database: (options) => new PrismaClient(options),
  config,
  resolvers,
  loaders: () => ({}),
  consumers: [
    onOrderStatusChanged,
    onPaymentEvents,
    onDeliveryStatusChanged,
    onLoyaltyPointsEarned,
    onLoyaltyGoodwillGiven,
    onMarketplaceOrderChanged,
    onMembershipChanged,
    onMembershipPriceAnnounced,
    onCustomerErased,
    onCustomerReceiptRequested,
    onPartnerVendorMissed,
  ],
  background: (domain) => {
    const media = mediaOf(domain);
    return [sendMessages(domain, media), tellVendors(domain, media.EMAIL)];
  },
  timeline: {
    records: `select 'MESSAGE' as kind, about as name, created_at as at, settled_at as ended_at, status as outcome,
      lower(medium) || ', tries: ' || tries as detail
      from message where order_id = any ($1::uuid[])
      union all select 'MESSAGE', 'vendor told by e-mail', created_at, settled_at, status, 'email, tries: ' || tries
      from vendor_mail where marketplace_order_id = any ($1::uuid[])`,
  },
  sealed: sealedRows,
  personalData: { tables: {}, opened: personalRecords, otherTables: ['message', 'recipient'] },
});
