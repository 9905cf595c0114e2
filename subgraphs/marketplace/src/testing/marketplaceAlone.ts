import pino from 'pino';
import { afterAll, beforeAll } from 'vitest';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { startSagas, type SagaRuntime } from '#platform/sagas/sagaHost.ts';
import { bankOfTests } from '#platform/testkit/bank.ts';
import { databaseOf } from '#platform/testkit/testDatabase.ts';
import { whenFileEnds } from '#platform/testkit/whenFileEnds.ts';
import { principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { until } from '#platform/testkit/until.ts';
import { roleScopes } from '#schema/scopes.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { placeOrder, type PlaceOrder, type PlaceOrderOutcome } from '../commands/placeOrder.ts';
import type { Marketplace } from '../context.ts';
import definition from '../main.ts';
import { settleOnce } from '../settle.ts';

export const bakery = seedId('vendor', 1);
export const cheesecake = seedId('vendorItem', 'cheesecake');
export const brownie = seedId('vendorItem', 'brownie');
export const storeId = seedId('store', 1);
export const customer = (n: number): Principal =>
  principalWith(roleScopes.customer, { subject: seedId('customer', n), roles: ['customer'] });
export const vendor = (vendorId: string): Principal =>
  principalWith(roleScopes.vendor, { subject: 'baker', roles: ['vendor'], bindings: { vendor: vendorId } });
export const admin = principalWith(['admin'], { roles: ['admin'] });

/** Runs the marketplace with a bus, its sagas, the seeded bakery and a clock that the tests set, for a test file. */
export function marketplaceAlone() {
  let subgraph: TestSubgraph<Marketplace>;
  let bus: EventBus;
  let sagas: SagaRuntime;
  let keys = 0;
  let ahead = 0;
  const bank = bankOfTests();
  const log = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' });

  beforeAll(async () => {
    bus = await postgresBus({ databaseUrl: (await databaseOf('platform/events/bus/migrations')).url, log });
    whenFileEnds(() => bus.close());
    subgraph = await testSubgraph<Marketplace>(definition, {
      bus,
      others: bank.services,
      seed: true,
      clock: () => new Date(Date.now() + ahead),
      // The tests settle themselves, at the instants that they set.
      configuration: { MARKETPLACE_ROUND_SECONDS: 86_400 },
    });
    sagas = await startSagas({ databaseUrl: (await databaseOf()).url, log });
  });
  afterAll(async () => {
    await sagas.stop();
  });

  const orderOf = (id: string) => subgraph.domain.db.marketplaceOrder.findUniqueOrThrow({ where: { id } });
  const nextKey = () => `key-${(keys += 1)}`;
  const world = {
    bank,
    get domain() {
      return subgraph.domain;
    },
    get graph() {
      return subgraph;
    },
    /** Sets the clock of the domain forward. The saga's runtime keeps its own. */
    wait(seconds: number) {
      ahead += seconds * 1_000;
    },
    nextKey,
    orderOf,
    place: (principal: Principal, over: Partial<PlaceOrder> = {}): Promise<PlaceOrderOutcome> =>
      placeOrder(subgraph.domain, principal, {
        idempotencyKey: nextKey(),
        vendorId: bakery,
        storeId,
        lines: [
          { itemId: cheesecake, quantity: 2 },
          { itemId: brownie, quantity: 1 },
        ],
        methodToken: 'tok_visa',
        agreedTotal: 1_300,
        ...over,
      }),
    reached: (id: string, status: string) =>
      until(async () => (await orderOf(id)).status === status, { what: `the order is ${status}` }),
    /** An order that was placed. */
    async ordered(principal: Principal, over: Partial<PlaceOrder> = {}): Promise<string> {
      const outcome = await world.place(principal, over);
      if (outcome.kind !== 'placed') throw new Error(JSON.stringify(outcome));
      return outcome.orderId;
    },
    /** An order of which the vendor was told. */
    async offered(principal: Principal, over: Partial<PlaceOrder> = {}): Promise<string> {
      const id = await world.ordered(principal, over);
      await world.reached(id, 'OFFERED');
      return id;
    },
    /** Settles until nothing is left that can be done at the instant of the clock. */
    async settle() {
      while ((await settleOnce(subgraph.domain)) > 0);
    },
    entriesOf: (orderId: string) =>
      subgraph.domain.db.vendorEntry.findMany({ where: { orderId }, orderBy: { createdAt: 'asc' } }),
    /** What a vendor is owed, which must be the sum of what is payable. */
    async owed(vendorId: string): Promise<number> {
      const { owed } = await subgraph.domain.db.vendor.findUniqueOrThrow({ where: { id: vendorId } });
      const where = { vendorId, payable: true };
      const { _sum } = await subgraph.domain.db.vendorEntry.aggregate({ where, _sum: { amount: true } });
      if (owed !== (_sum.amount ?? 0)) throw new Error(`owed is ${owed}, the entries sum to ${_sum.amount}`);
      return owed;
    },
    /** The money of an order, as the bank has it in the end. */
    settled: (id: string, ...entries: string[]) =>
      until(() => Promise.resolve(JSON.stringify(bank.of(id)) === JSON.stringify(entries)), {
        what: `the bank has ${entries.join(', ')}`,
      }),
    /** What was told of an order, in order. */
    async told(orderId: string): Promise<string[]> {
      const { rows } = await subgraph.domain.pool.query<{ told: string }>(
        `SELECT coalesce(data ->> 'to', data ->> 'what', type) AS told FROM platform.event
           WHERE stream = $1 ORDER BY version`,
        [`marketplaceOrder:${orderId}`],
      );
      return rows.map(({ told }) => told);
    },
  };
  return world;
}
