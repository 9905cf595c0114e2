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

export default defineSubgraph({
  name: 'memberships',
  directory: new URL('..', import.meta.url),
  database: (adapter) => new PrismaClient({ adapter }),
  resolvers,
  loaders,
  consumers: [onMembershipRequested, onCustomerErased],
  background: (domain) => [billing(domain)],
  config,
  sagas: [subscribeSaga],
  seed,
});
