import pino from 'pino';
import { afterAll, beforeAll } from 'vitest';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { startSagas, type SagaRuntime } from '#platform/sagas/sagaHost.ts';
import type { RpcService } from '#platform/rpc/service.ts';
import { databaseOf } from '#platform/testkit/testDatabase.ts';
import { whenFileEnds } from '#platform/testkit/whenFileEnds.ts';
import { principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { until } from '#platform/testkit/until.ts';
import { CustomerErased } from '#schema/events/customers.ts';
import { roleScopes } from '#schema/scopes.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { subscribe, type Subscribe, type SubscribeOutcome } from '../commands/subscribe.ts';
import { billOnce } from '../billing.ts';
import { onCustomerErased } from '../consumers/customerErased.ts';
import type { Memberships } from '../context.ts';
import definition from '../main.ts';
import { bankOfTests } from '#platform/testkit/bank.ts';

export const storeId = seedId('store', 1);
export const customer = (n: number): Principal =>
  principalWith(roleScopes.customer, { subject: seedId('customer', n), roles: ['customer'] });

interface Around {
  /** The bus; one in PostgreSQL by default. */
  readonly bus?: () => Promise<EventBus>;
  /** What answers for payments; a stand-in with a ledger by default. */
  readonly payments?: () => Promise<readonly RpcService[]>;
}

/** Runs memberships with a bus, its sagas, seeded plans and a clock that the tests set, for a test file. */
export function membershipsAlone(around: Around = {}) {
  let subgraph: TestSubgraph<Memberships>;
  let bus: EventBus;
  let sagas: SagaRuntime;
  let keys = 0;
  let now = new Date('2026-01-31T12:00:00Z');
  const declining = new Set<string>();
  const bank = bankOfTests(declining);
  const log = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' });

  beforeAll(async () => {
    bus = around.bus
      ? await around.bus()
      : await postgresBus({ databaseUrl: (await databaseOf('platform/events/bus/migrations')).url, log });
    whenFileEnds(() => bus.close());
    subgraph = await testSubgraph<Memberships>(definition, {
      bus,
      others: { ...bank.services, ...(around.payments && { payments: await around.payments() }) },
      seed: true,
      clock: () => now,
      // The tests bill themselves, at the instants that they set.
      configuration: { MEMBERSHIP_BILLING_SECONDS: 86_400 },
    });
    sagas = await startSagas({ databaseUrl: (await databaseOf()).url, log });
  });
  afterAll(async () => {
    await sagas.stop();
  });

  const membershipOf = (id: string) => subgraph.domain.db.membership.findUniqueOrThrow({ where: { id } });
  const nextKey = () => `key-${(keys += 1)}`;
  const world = {
    bank,
    declining,
    get domain() {
      return subgraph.domain;
    },
    get graph() {
      return subgraph;
    },
    /** Sets the clock. */
    at(instant: string) {
      now = new Date(instant);
    },
    nextKey,
    membershipOf,
    ask: (principal: Principal, over: Partial<Subscribe> = {}): Promise<SubscribeOutcome> =>
      subscribe(subgraph.domain, principal, {
        idempotencyKey: nextKey(),
        planId: 'plus-monthly',
        storeId,
        methodToken: 'tok_visa',
        agreedPrice: 999,
        ...over,
      }),
    reached: (id: string, status: string) =>
      until(async () => (await membershipOf(id)).status === status, { what: `the membership is ${status}` }),
    /** A membership that has begun. */
    async member(principal: Principal, over: Partial<Subscribe> = {}): Promise<string> {
      const outcome = await world.ask(principal, over);
      if (outcome.kind !== 'requested') throw new Error(JSON.stringify(outcome));
      await world.reached(outcome.membershipId, 'ACTIVE');
      return outcome.membershipId;
    },
    /** Hears that a customer was erased. */
    erased: ({ subject: customerId }: Principal) =>
      subgraph.domain.transaction((tx) =>
        onCustomerErased.handle({ data: CustomerErased.of({ customerId, at: now.toISOString() }).data } as never, {
          domain: subgraph.domain,
          tx,
        }),
      ),
    /** Bills until nothing is left that can be done at the instant of the clock. */
    async bill() {
      while ((await billOnce(subgraph.domain)) > 0);
    },
    async chargesOf(membershipId: string) {
      return subgraph.domain.db.charge.findMany({ where: { membershipId }, orderBy: { createdAt: 'asc' } });
    },
    /** What was told of a membership, in order. */
    async told(membershipId: string): Promise<string[]> {
      const { rows } = await subgraph.domain.pool.query<{ told: string }>(
        `SELECT coalesce(data ->> 'what', type) AS told FROM platform.event WHERE stream = $1 ORDER BY version`,
        [`membership:${membershipId}`],
      );
      return rows.map(({ told }) => told);
    },
  };
  return world;
}
