import { PrismaClient } from '#generated/menu/prisma/client.ts';
import { MenuQueryService } from '#generated/proto/drburger/menu/v1/menu_pb.ts';
import { service } from '#platform/rpc/service.ts';
import { defineSubgraph } from '#platform/subgraph/defineSubgraph.ts';
import { config } from './config.ts';
import { inventoryItemMakeabilityChanged } from './consumers/inventoryItemMakeabilityChanged.ts';
import { storeOpened } from './consumers/storeOpened.ts';
import { loaders } from './loaders.ts';
import { priceLines } from './priceLines.ts';
import { resolvers } from './resolvers.ts';
import { seed } from './seed.ts';
import { transfer } from './transfer/transfer.ts';
import { scheduledPrices } from './announceScheduledPrices.ts';
import { scheduledDrafts } from './publishScheduledDrafts.ts';

export default defineSubgraph({
  name: 'menu',
  directory: new URL('..', import.meta.url),
  database: (options) => new PrismaClient(options),
  resolvers,
  loaders,
  services: (domain) => [
    service(MenuQueryService, ['orders'], { priceLines: (request) => priceLines(domain, request) }),
  ],
  consumers: [inventoryItemMakeabilityChanged, storeOpened],
  background: (domain) => [scheduledPrices(domain), scheduledDrafts(domain)],
  seed,
  transfer,
  config,
});
