import { PrismaClient } from '#generated/loyalty/prisma/client.ts';
import { defineSubgraph } from '#platform/subgraph/defineSubgraph.ts';
import { onMembershipBenefitsChanged } from './consumers/membershipBenefitsChanged.ts';
import { onOrderStatusChanged } from './consumers/orderStatusChanged.ts';
import { onPaymentProcessed } from './consumers/paymentProcessed.ts';
import { loaders } from './loaders.ts';
import { resolvers } from './resolvers.ts';

export default defineSubgraph({
  name: 'loyalty',
  directory: new URL('..', import.meta.url),
  database: (adapter) => new PrismaClient({ adapter }),
  resolvers,
  loaders,
  consumers: [onMembershipBenefitsChanged, onOrderStatusChanged, onPaymentProcessed],
  timeline: {
    events: `select 'account:' || customer_id as stream, version from ledger_entry where order_id = any ($1::uuid[])`,
  },
  personalData: {
    tables: {
      account: { table: 'account' },
      points: { table: 'ledger_entry' },
      pointsOfOrders: { table: 'order_points' },
      goodwill: { table: 'goodwill' },
      multipliers: { table: 'multiplier' },
    },
  },
});
