import { PrismaClient } from '#generated/partners/prisma/client.ts';
import { defineSubgraph } from '#platform/subgraph/defineSubgraph.ts';
import { forgetNoncesEachMinute } from './commands/checkSignature.ts';
import { config } from './config.ts';
import { onPartnerEvents } from './consumers/partnerEvents.ts';
import { loaders } from './loaders.ts';
import { resolvers } from './resolvers.ts';
import { seed } from './seed.ts';
import { partnerAccessService } from './services/partnerAccessService.ts';
import { partnerDocumentService } from './services/partnerDocumentService.ts';
import { watchingVendors } from './webhooks/watchVendors.ts';

export default defineSubgraph({
  name: 'partners',
  directory: new URL('..', import.meta.url),
  database: (options) => new PrismaClient(options),
  config,
  resolvers,
  loaders,
  services: (domain) => [partnerAccessService(domain), partnerDocumentService(domain)],
  consumers: [onPartnerEvents],
  background: (domain) => [
    { name: 'forget nonces', run: (signal) => forgetNoncesEachMinute(domain, signal) },
    watchingVendors(domain),
  ],
  timeline: {
    records: `select 'WEBHOOK_OUT' as kind, e.type as name, d.made_at as at, d.settled_at as ended_at, d.state as outcome,
      'endpoint ' || d.endpoint_id || ', tries: ' || d.attempts as detail
      from webhook_event e join webhook_delivery d on d.event_id = e.id
      where e.object in (select kind || id from unnest($1::uuid[]) as id cross join unnest(array['order:', 'marketplaceOrder:']) as kind)`,
    events: `select 'vendorOrder:' || id as stream, null::int as version from unnest($1::uuid[]) as id`,
  },
  seed,
});
