import { PrismaClient } from '#generated/customers/prisma/client.ts';
import { defineSubgraph } from '#platform/subgraph/defineSubgraph.ts';
import { config } from './config.ts';
import { loaders } from './loaders.ts';
import { personalRecords } from './personalRecords.ts';
import { resolvers } from './resolvers.ts';
import { sealedRows } from './sealedRows.ts';
import { seed } from './seed.ts';
import { accessQueryService } from './services/accessQueryService.ts';
import { contactQueryService } from './services/contactQueryService.ts';
import { customerExistenceService } from './services/customerExistenceService.ts';
import { supportSessionService } from './services/supportSessionService.ts';
import { customerQueryService } from './services/customerQueryService.ts';

export default defineSubgraph({
  name: 'customers',
  directory: new URL('..', import.meta.url),
  database: (options) => new PrismaClient(options),
  config,
  resolvers,
  loaders,
  services: (domain) => [
    customerQueryService(domain),
    accessQueryService(domain),
    contactQueryService(domain),
    customerExistenceService(domain),
    supportSessionService(domain),
  ],
  seed,
  sealed: sealedRows,
  personalData: {
    tables: {
      consents: { table: 'consent_change' },
      favourites: { table: 'favourite_store' },
      support: { table: 'support_action' },
    },
    opened: personalRecords,
    otherTables: ['address', 'address_version', 'customer_key'],
  },
});
