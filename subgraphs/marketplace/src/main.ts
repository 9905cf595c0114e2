import { PrismaClient } from '#generated/marketplace/prisma/client.ts';
import { defineSubgraph } from '#platform/subgraph/defineSubgraph.ts';
import { config } from './config.ts';
import { onMarketplaceOrderChanged } from './consumers/marketplaceOrderChanged.ts';
import { onMarketplaceOrderPlaced } from './consumers/marketplaceOrderPlaced.ts';
import { loaders } from './loaders.ts';
import { resolvers } from './resolvers.ts';
import { sellForVendorSaga } from './sagas/sellForVendor.ts';
import { seed } from './seed.ts';
import { settling } from './settle.ts';
import { vendorContactService } from './services/vendorContactService.ts';

export default defineSubgraph({
  name: 'marketplace',
  directory: new URL('..', import.meta.url),
  database: (options) => new PrismaClient(options),
  resolvers,
  loaders,
  services: (domain) => [vendorContactService(domain)],
  consumers: [onMarketplaceOrderPlaced, onMarketplaceOrderChanged],
  background: (domain) => [settling(domain)],
  config,
  sagas: [sellForVendorSaga],
  seed,
  timeline: {
    events: `select 'marketplaceOrder:' || id as stream, null::int as version from unnest($1::uuid[]) as id`,
  },
  personalData: {
    tables: {
      orders: { table: 'marketplace_order', without: ['method_token'] },
      refunds: {
        table: 'refund',
        where: 'exists (select from marketplace_order o where o.id = t.order_id and o.customer_id = $1::uuid)',
      },
    },
  },
});
