import { PrismaClient } from '#generated/delivery/prisma/client.ts';
import { defineSubgraph } from '#platform/subgraph/defineSubgraph.ts';
import { carryOn } from './carriers/carryOn.ts';
import { config } from './config.ts';
import { onMembershipBenefitsChanged } from './consumers/membershipBenefitsChanged.ts';
import { onOrderStatusChanged } from './consumers/orderStatusChanged.ts';
import { jobGauges } from './deliveryPartners/jobGauges.ts';
import { partnersOf } from './deliveryPartners/partnersOf.ts';
import { forgetTracks } from './forgetTracks.ts';
import { loaders } from './loaders.ts';
import { personalRecords } from './personalRecords.ts';
import { resolvers } from './resolvers.ts';
import { sealedRows } from './sealedRows.ts';
import { seed } from './seed.ts';
import { deliveryServices } from './services/deliveryServices.ts';
import { storePositions } from './storePositions.ts';
import { transfer } from './transfer/transfer.ts';

export default defineSubgraph({
  name: 'delivery',
  directory: new URL('..', import.meta.url),
  database: (options) => new PrismaClient(options),
  config,
  resolvers,
  loaders,
  services: deliveryServices,
  consumers: [onOrderStatusChanged, onMembershipBenefitsChanged],
  background: (domain) => {
    // A contract that is set by half ends the start, and not the first delivery.
    partnersOf(domain);
    return [storePositions(domain), forgetTracks(domain), carryOn(domain)];
  },
  seed,
  transfer,
  gauges: jobGauges,
  timeline: {
    records: `select 'CALL' as kind, 'delivery partner ' || initcap(j.partner) as name, j.created_at as at,
      j.settled_at as ended_at, j.status as outcome, concat_ws(', ', j.reason, 'reference ' || j.id) as detail
      from partner_job j join delivery d on d.id = j.delivery_id where d.order_id = any ($1::uuid[])`,
    events: `select 'delivery:' || id as stream, null::int as version from delivery where order_id = any ($1::uuid[])`,
  },
  sealed: sealedRows,
  personalData: {
    tables: {
      deliveries: { table: 'delivery', without: ['wrapped_key', 'dropoff'] },
      freeDeliveries: { table: 'free_delivery' },
    },
    opened: personalRecords,
  },
});
