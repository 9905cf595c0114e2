import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CustomerQueryService } from '#generated/proto/drburger/customers/v1/customers_pb.ts';
import { service } from '#platform/rpc/service.ts';
import { doomedSubgraph, patienceMs } from '#platform/testkit/doomedSubgraph.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { cancelDelivery } from '../commands/cancelDelivery.ts';
import { dispatch } from '../commands/dispatch.ts';
import type { Deliveries } from '../context.ts';
import definition from '../main.ts';
import { configuration, door, store } from '../testing/deliveryGraph.ts';
import { partnersOfTests, type PartnersOfTests } from '../testing/partnersOfTests.ts';
import type { PartnerName } from './deliveryPartner.ts';

let partners: PartnersOfTests;
beforeAll(async () => {
  partners = await partnersOfTests();
});
afterAll(() => partners.close());

const customers = service(CustomerQueryService, ['delivery'], {
  getAddressVersion: () => ({ found: false }),
  getDoorsteps: ({ addresses }) => ({
    doorsteps: addresses.map(() => ({ found: true, givenName: 'Ada', line1: 'Lindenallee 3', city: 'Berlin' })),
  }),
});

async function doomedDelivery(points: readonly string[], partner: PartnerName) {
  const world = await doomedSubgraph<Deliveries>(definition, {
    script: new URL('../testing/runDelivery.ts', import.meta.url),
    points,
    // The lost job is not given up meanwhile: starts take seconds.
    configuration: { ...configuration, ...partners.configuration, DELIVERY_PARTNER_PATIENCE_SECONDS: 600 },
    calls: { domain: 'customers', services: [customers] },
  });
  const { domain } = world;
  await domain.db.carrierRule.create({
    data: { storeId: store.id, version: 1, choice: 'PARTNERS', partners: [partner], ownCourierSeconds: 600 },
  });
  const jobs = (deliveryId: string) => domain.db.partnerJob.findMany({ where: { deliveryId } });
  return {
    ...world,
    async dispatched() {
      const orderId = uuidv7();
      const deliveryId = await dispatch(domain, {
        orderId,
        storeId: store.id,
        customerId: seedId('customer', 1),
        addressVersionId: seedId('addressVersion', '1/1'),
        pickup: store,
        dropoff: door,
        promisedAt: new Date(Date.now() + 3_600_000),
      });
      return { orderId, deliveryId };
    },
    /** Waits for the status of the one job, without waiting for the leases of processes that died. */
    async becomes(deliveryId: string, status: string): Promise<string> {
      await world.soon(`the job is ${status}`, async () => {
        await domain.db.partnerJob.updateMany({
          where: { deliveryId, status: { in: ['ASKING', 'CALLING_OFF'] } },
          data: { dueAt: new Date() },
        });
        return (await jobs(deliveryId)).some((job) => job.status === status);
      });
      const all = await jobs(deliveryId);
      expect(all).toHaveLength(1);
      return all[0]!.id;
    },
  };
}

describe('killed before and after each call to a partner', () => {
  const asking = ['delivery.jobWritten', 'delivery.partnerAnswered'];
  const callingOff = ['delivery.callingOff', 'delivery.calledOff'];
  it.concurrent.each(['VELO', 'STADTBOTE'] as const)(
    'an order has one job at %s, which is cancelled with it',
    { timeout: 2 * patienceMs([...asking, ...callingOff]) },
    async (partner) => {
      const world = await doomedDelivery([...asking, ...callingOff], partner);
      try {
        const { deliveryId, orderId } = await world.dispatched();
        const reference = await world.becomes(deliveryId, 'PLACED');
        expect(await partners.ledger(partner, reference)).toEqual(['placed']);
        expect(await cancelDelivery(world.domain, { orderId, reason: 'TEST', unlessPickedUp: false })).toBe(true);
        expect(await world.becomes(deliveryId, 'CALLED_OFF')).toBe(reference);
        await world.died();
        expect(await partners.ledger(partner, reference)).toEqual(['placed', 'cancelled']);
        expect(await world.told(`delivery:${deliveryId}`)).toEqual(['REQUESTED', 'CANCELLED']);
      } finally {
        await world.end();
      }
    },
  );
});
