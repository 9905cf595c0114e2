import { PrismaClient } from '#generated/payments/prisma/client.ts';
import { defineSubgraph } from '#platform/subgraph/defineSubgraph.ts';
import { config } from './config.ts';
import { loaders } from './loaders.ts';
import { paymentCommands } from './paymentCommands.ts';
import { paymentNotices } from './paymentNotices.ts';
import { payoutCommands } from './payoutCommands.ts';
import { resolvers } from './resolvers.ts';
import { settlementGauges } from './settlement/openFindings.ts';
import { settlements } from './settlement/takeInSettlements.ts';
import { sweepIntents } from './sweepIntents.ts';

export default defineSubgraph({
  name: 'payments',
  directory: new URL('..', import.meta.url),
  database: (options) => new PrismaClient(options),
  resolvers,
  loaders,
  services: (domain) => [paymentCommands(domain), paymentNotices(domain), payoutCommands(domain)],
  background: (domain) => [sweepIntents(domain), settlements(domain)],
  gauges: settlementGauges,
  config,
  timeline: {
    events: `select 'payment:' || id as stream, null::int as version from payment where order_id = any ($1::uuid[])`,
    records: `select 'CALL' as kind, 'provider: ' || lower(kind::text) as name, created_at as at, settled_at as ended_at,
      outcome::text, concat_ws(', ', reason, 'key ' || provider_key) as detail
      from payment_command where order_id = any ($1::uuid[])`,
  },
  personalData: {
    tables: {
      payments: { table: 'payment', without: ['method_token'] },
      disputes: {
        table: 'payment_dispute',
        where: 'exists (select from payment p where p.id = t.payment_id and p.customer_id = $1::uuid)',
      },
    },
  },
});
