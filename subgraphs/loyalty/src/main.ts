import { PrismaClient } from '#generated/loyalty/prisma/client.ts';
import { defineSubgraph } from '#platform/subgraph/defineSubgraph.ts';
import { config, hasPartner } from './config.ts';
import { onMembershipBenefitsChanged } from './consumers/membershipBenefitsChanged.ts';
import { onOrderStatusChanged } from './consumers/orderStatusChanged.ts';
import { onPaymentProcessed } from './consumers/paymentProcessed.ts';
import { loaders } from './loaders.ts';
import { partnerGauges } from './partner/partnerGauges.ts';
import { partnerNotices } from './partner/partnerNotices.ts';
import { sendPostings } from './partner/sendPostings.ts';
import { takeInFiles } from './partner/takeInFiles.ts';
import { resolvers } from './resolvers.ts';

export default defineSubgraph({
  name: 'loyalty',
  directory: new URL('..', import.meta.url),
  database: (options) => new PrismaClient(options),
  resolvers,
  loaders,
  services: partnerNotices,
  consumers: [onMembershipBenefitsChanged, onOrderStatusChanged, onPaymentProcessed],
  timeline: {
    records: `select 'CALL' as kind, case when p.points > 0 then 'loyalty partner: earn' else 'loyalty partner: burn' end
      as name, p.created_at as at, p.booked_at as ended_at,
      case when p.booked_at is not null then 'BOOKED' when p.refused is not null then 'REFUSED' end as outcome,
      concat_ws(', ', p.refused, 'key ' || p.key) as detail
      from ledger_entry e join partner_posting p using (customer_id, version) where e.order_id = any ($1::uuid[])`,
    events: `select 'account:' || customer_id as stream, version from ledger_entry where order_id = any ($1::uuid[])`,
  },
  background: (domain) => (hasPartner(domain) ? [sendPostings(domain), takeInFiles(domain)] : []),
  gauges: partnerGauges,
  config,
  personalData: {
    tables: {
      account: { table: 'account' },
      postingsToPartner: { table: 'partner_posting' },
      points: { table: 'ledger_entry' },
      pointsOfOrders: { table: 'order_points' },
      goodwill: { table: 'goodwill' },
      multipliers: { table: 'multiplier' },
    },
  },
});
