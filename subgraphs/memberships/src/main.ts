import { PrismaClient } from '#generated/memberships/prisma/client.ts';
import { defineSubgraph } from '#platform/subgraph/defineSubgraph.ts';
import { billing } from './billing.ts';
import { config } from './config.ts';
import { onCustomerErased } from './consumers/customerErased.ts';
import { onMembershipRequested } from './consumers/membershipRequested.ts';
import { loaders } from './loaders.ts';
import { resolvers } from './resolvers.ts';
import { subscribeSaga } from './sagas/subscribe.ts';
import { seed } from './seed.ts';

const ofOwnMembership = 'exists (select from membership m where m.id = t.membership_id and m.customer_id = $1::uuid)';

export default defineSubgraph({
  name: 'memberships',
  directory: new URL('..', import.meta.url),
  database: (options) => new PrismaClient(options),
  resolvers,
  loaders,
  consumers: [onMembershipRequested, onCustomerErased],
  background: (domain) => [billing(domain)],
  config,
  sagas: [subscribeSaga],
  seed,
  timeline: {
    events: `select 'membership:' || id as stream, null::int as version from unnest($1::uuid[]) as id`,
    references: `select id from charge where membership_id = any ($1::uuid[])`,
  },
  personalData: {
    tables: {
      memberships: { table: 'membership', without: ['method_token'] },
      charges: { table: 'charge', where: ofOwnMembership },
      refunds: { table: 'refund', where: ofOwnMembership },
    },
  },
});
