import { PrismaClient } from '#generated/inventory/prisma/client.ts';
import { defineSubgraph } from '#platform/subgraph/defineSubgraph.ts';
import { storeOpened } from './consumers/storeOpened.ts';
import { inventoryCommands, inventoryQueries } from './inventoryCommands.ts';
import { inventorySupply } from './inventorySupply.ts';
import { loaders } from './loaders.ts';
import { resolvers } from './resolvers.ts';
import { seed } from './seed.ts';
import { config, hasSupplier } from './config.ts';
import { keepStocked, supplierGauges } from './suppliers/keepStocked.ts';
import { transfer } from './transfer/transfer.ts';

export default defineSubgraph({
  name: 'inventory',
  directory: new URL('..', import.meta.url),
  database: (options) => new PrismaClient(options),
  resolvers,
  loaders,
  services: (domain) => [inventoryCommands(domain), inventoryQueries(domain), inventorySupply(domain)],
  consumers: [storeOpened],
  config,
  background: (domain) => (hasSupplier(domain) ? [keepStocked(domain)] : []),
  gauges: supplierGauges,
  seed,
  transfer,
  timeline: {
    records: `select 'RECORD' as kind, 'reservation of stock' as name, created_at as at,
      case when state <> 'HELD' then updated_at end as ended_at, state as outcome,
      case when state = 'REFUSED' then 'items that cannot be made: ' || cardinality(missing_menu_item_ids) end as detail
      from reservation where order_id = any ($1::uuid[])`,
  },
});
