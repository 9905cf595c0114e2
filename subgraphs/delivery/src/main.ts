import { z } from 'zod';
import { PrismaClient } from '#generated/delivery/prisma/client.ts';
import { piiConfig } from '#platform/pii/domainKeyring.ts';
import { defineSubgraph } from '#platform/subgraph/defineSubgraph.ts';
import { onOrderStatusChanged } from './consumers/orderStatusChanged.ts';
import { loaders } from './loaders.ts';
import { resolvers } from './resolvers.ts';
import { seed } from './seed.ts';
import { deliveryServices } from './services/deliveryServices.ts';
import { storePositions } from './storePositions.ts';

export default defineSubgraph({
  name: 'delivery',
  directory: new URL('..', import.meta.url),
  database: (adapter) => new PrismaClient({ adapter }),
  config: z.object(piiConfig),
  resolvers,
  loaders,
  services: deliveryServices,
  consumers: [onOrderStatusChanged],
  background: (domain) => [storePositions(domain)],
  seed,
});
