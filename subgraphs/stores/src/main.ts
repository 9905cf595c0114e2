import { PrismaClient } from '#generated/stores/prisma/client.ts';
import { StoreQueryService } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import { service } from '#platform/rpc/service.ts';
import { defineSubgraph } from '#platform/subgraph/defineSubgraph.ts';
import { deviceAccessService } from './devices/deviceAccessService.ts';
import { loaders } from './loaders.ts';
import { orderingTerms } from './orderingTerms.ts';
import { resolvers } from './resolvers.ts';
import { seed } from './seed.ts';
import { tellOfWrongZones } from './tellOfWrongZones.ts';
import { transfer } from './transfer/transfer.ts';

export default defineSubgraph({
  name: 'stores',
  directory: new URL('..', import.meta.url),
  database: (options) => new PrismaClient(options),
  resolvers,
  loaders,
  services: (domain) => [
    service(
      StoreQueryService,
      ['orders', 'delivery', 'customers', 'payments', 'memberships', 'marketplace', 'inventory'],
      {
        getOrderingTerms: ({ storeId, at }) => orderingTerms(domain, storeId, new Date(at)),
      },
    ),
    deviceAccessService(domain),
  ],
  background: (domain) => [tellOfWrongZones(domain)],
  seed,
  transfer,
});
