import { z } from 'zod';
import { PrismaClient } from '#generated/customers/prisma/client.ts';
import { piiConfig } from '#platform/pii/domainKeyring.ts';
import { defineSubgraph } from '#platform/subgraph/defineSubgraph.ts';
import { loaders } from './loaders.ts';
import { resolvers } from './resolvers.ts';
import { seed } from './seed.ts';
import { accessQueryService } from './services/accessQueryService.ts';
import { customerQueryService } from './services/customerQueryService.ts';

export default defineSubgraph({
  name: 'customers',
  directory: new URL('..', import.meta.url),
  database: (adapter) => new PrismaClient({ adapter }),
  config: z.object(piiConfig),
  resolvers,
  loaders,
  services: (domain) => [customerQueryService(domain), accessQueryService(domain)],
  seed,
});
