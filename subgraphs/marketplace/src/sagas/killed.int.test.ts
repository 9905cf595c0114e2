import { describe, expect, it } from 'vitest';
import { around, doomedSubgraph, patienceMs } from '#platform/testkit/doomedSubgraph.ts';
import { acceptOrder, declineOrder, fulfilOrder } from '../commands/changeOrder.ts';
import { placeOrder } from '../commands/placeOrder.ts';
import type { Marketplace } from '../context.ts';
import definition from '../main.ts';
import { bakery, brownie, customer, storeId, vendor } from '../testing/marketplaceAlone.ts';

const baker = vendor(bakery);

async function doomedMarketplace(points: readonly string[], configuration: Record<string, unknown>) {
  const script = new URL('../testing/runMarketplace.ts', import.meta.url);
  const world = await doomedSubgraph<Marketplace>(definition, { script, points, configuration });
  const { domain } = world;
  const orderOf = (id: string) => domain.db.marketplaceOrder.findUniqueOrThrow({ where: { id } });
  return {
    ...world,
    orderOf,
    /** An order of which the vendor was told. */
    async offered(): Promise<string> {
      const outcome = await placeOrder(domain, customer(1), {
        idempotencyKey: 'once',
        vendorId: bakery,
        storeId,
        lines: [{ itemId: brownie, quantity: 1 }],
        methodToken: 'tok_visa',
        agreedTotal: 320,
      });
      if (outcome.kind !== 'placed') throw new Error(JSON.stringify(outcome));
      const { orderId } = outcome;
      await world.soon('the order is OFFERED', async () => (await orderOf(orderId)).status === 'OFFERED');
      return orderId;
    },
    toldOf: (id: string) => world.told(`marketplaceOrder:${id}`),
    async entriesOf(orderId: string): Promise<string[]> {
      const entries = await domain.db.vendorEntry.findMany({ where: { orderId }, orderBy: { createdAt: 'asc' } });
      return entries.map(({ kind }) => kind);
    },
  };
}

/** As the test of the same name in orders: each step stands in one story only, because a start takes seconds. */
describe('killed before and after every step, an order from a vendor', () => {
  type World = Awaited<ReturnType<typeof doomedMarketplace>>;
  const kill = (
    name: string,
    points: string[],
    run: (world: World) => Promise<void>,
    configuration: Record<string, unknown> = {},
  ) =>
    it.concurrent(name, { timeout: 2 * patienceMs(points) }, async () => {
      const world = await doomedMarketplace(points, configuration);
      try {
        await run(world);
      } finally {
        await world.end();
      }
    });

  const sold = around('authorise', 'offer', 'answerBy', 'capture', 'split', 'forgetPaymentMethod');
  kill('is paid for once, and the share entered once', sold, async (world) => {
    const id = await world.offered();
    expect(await acceptOrder(world.domain, baker, id)).toMatchObject({ kind: 'done' });
    await world.soon('the share is entered', async () => (await world.entriesOf(id)).length > 0);
    expect(await fulfilOrder(world.domain, baker, id)).toMatchObject({ kind: 'done' });
    await world.ended(id);
    expect(world.bank.of(id)).toEqual(['authorised 320', 'captured 320']);
    expect(await world.entriesOf(id)).toEqual(['SHARE']);
    const told = await world.toldOf(id);
    expect(told).toEqual(['MarketplaceOrderPlaced', 'OFFERED', 'ACCEPTED', 'SPLIT', 'FULFILLED']);
    expect(await world.orderOf(id)).toMatchObject({ methodToken: null });
  });

  kill('that the vendor declines is given back once, and told once', around('end', 'void'), async (world) => {
    const id = await world.offered();
    expect(await declineOrder(world.domain, baker, id)).toMatchObject({ kind: 'done' });
    await world.ended(id);
    expect(world.bank.of(id)).toEqual(['authorised 320', 'voided 320']);
    expect(await world.toldOf(id)).toEqual(['MarketplaceOrderPlaced', 'OFFERED', 'DECLINED']);
  });

  kill(
    'that is not fulfilled in time is refunded once, and the share taken back once',
    around('expire', 'takeBack', 'refund'),
    async (world) => {
      const id = await world.offered();
      expect(await acceptOrder(world.domain, baker, id)).toMatchObject({ kind: 'done' });
      await world.ended(id);
      expect(await world.orderOf(id)).toMatchObject({ status: 'CANCELLED', reason: 'NOT_FULFILLED' });
      expect(world.bank.of(id)).toEqual(['authorised 320', 'captured 320', 'refunded 320']);
      expect(await world.entriesOf(id)).toEqual(['SHARE', 'TAKEN_BACK']);
      const told = await world.toldOf(id);
      expect(told).toEqual(['MarketplaceOrderPlaced', 'OFFERED', 'ACCEPTED', 'SPLIT', 'CANCELLED', 'REFUNDED']);
    },
    { MARKETPLACE_FULFILMENT_SECONDS: 1 },
  );
});
