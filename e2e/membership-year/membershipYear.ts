import { beforeAll, expect, it } from 'vitest';
import type { EventBus } from '#platform/events/eventBus.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { testDatabase } from '#platform/testkit/testDatabase.ts';
import { until } from '#platform/testkit/until.ts';
import { startPaymentProvider } from '#sandbox/paymentProvider/paymentProvider.ts';
import { daysAfter } from '#subgraphs/memberships/src/calendar.ts';
import { customer, membershipsAlone } from '#subgraphs/memberships/src/testing/membershipsAlone.ts';
import { paymentCommands } from '#subgraphs/payments/src/paymentCommands.ts';
import { apiKey, openPayments } from '#subgraphs/payments/src/testing/paymentsUnderTest.ts';

const first = '2026-01-31';
const plans = [
  { planId: 'plus-monthly', agreedPrice: 999, periods: 13 },
  { planId: 'plus-trial', agreedPrice: 0, periods: 11 },
  { planId: 'plus-yearly', agreedPrice: 9_990, periods: 2 },
];
/** Of sixteen members, one pays by the month and one begins with a trial; each charge takes time. */
const planOf = (n: number) => plans[Math.min(n % 16, 2)]!;
const subscribing = (n: number) => ({ planId: planOf(n).planId, agreedPrice: planOf(n).agreedPrice });

interface Movement {
  readonly kind: string;
  readonly merchantReference: string;
  readonly amount: number;
}

/**
 * Members who join on 31 January live through a year and its month ends, on a clock that the test sets. Memberships,
 * payments and the provider are the real ones: what the provider's ledger says must be what memberships says.
 */
export function membershipYear(members: number, bus?: () => Promise<EventBus>): void {
  let ledger: () => Promise<Movement[]>;
  let behave: (behaviour: object) => Promise<unknown>;

  const world = membershipsAlone({
    ...(bus && { bus }),
    payments: async () => {
      const provider = await startPaymentProvider({ port: 0, dataDir: temporaryFolder('membership-year'), apiKey });
      const { payments } = openPayments((await testDatabase('payments')).url, provider.url);
      const call = (method: string, path: string, body?: object) =>
        fetch(provider.url + path, {
          method,
          headers: { authorization: `Bearer ${apiKey}` },
          body: body ? JSON.stringify(body) : undefined,
        });
      behave = (behaviour) => call('PUT', '/v1/behaviour', behaviour);
      ledger = async () => {
        const all: Movement[] = [];
        for (;;) {
          const page = (await (await call('GET', `/v1/ledger?after=${all.length}`)).json()) as { data: Movement[] };
          all.push(...page.data);
          if (page.data.length < 1_000) return all;
        }
      };
      return [paymentCommands(payments)];
    },
  });

  const ids: string[] = [];
  beforeAll(async () => {
    while (ids.length < members) {
      const some = Array.from({ length: Math.min(8, members - ids.length) }, (_, index) => ids.length + index);
      ids.push(...(await Promise.all(some.map((n) => world.member(customer(n), subscribing(n))))));
    }
  });

  it(`of ${members} members costs what the provider has taken, to the minor unit`, async () => {
    for (let day = 14; day <= 364; day += 14) {
      world.at(`${daysAfter(first, day)}T12:00:00Z`);
      // For a while the provider declines everybody: what is due is tried again later.
      await behave({ declineReason: day === 98 ? 'issuer_unavailable' : null });
      await world.bill();
    }
    world.at(`${daysAfter(first, 365)}T12:00:00Z`);
    // An answer that is lost at the last moment is asked for again, and moves no money twice.
    await behave({ loseAnswers: 2 });
    await until(async () => {
      await world.bill();
      return (await world.domain.db.charge.count({ where: { status: 'REQUESTED' } })) === 0;
    });
    const charges = await world.domain.db.charge.findMany();
    const movements = await ledger();
    const sum = (kind: string) =>
      movements.filter((each) => each.kind === kind).reduce((total, { amount }) => total + amount, 0);
    const captured = charges.filter(({ status }) => status === 'CAPTURED');
    expect(sum('capture')).toBe(captured.reduce((total, { amount }) => total + amount, 0));
    expect(sum('refund')).toBe(charges.reduce((total, { refunded }) => total + refunded, 0));
    const taken = movements
      .filter(({ kind }) => kind === 'capture')
      .map(({ merchantReference: id, amount }) => `${id} ${amount}`);
    expect(taken.sort()).toEqual(captured.map(({ id, amount }) => `${id} ${amount}`).sort());
    for (const [n, id] of ids.entries())
      expect([n, captured.filter(({ membershipId }) => membershipId === id).length]).toEqual([n, planOf(n).periods]);
  });
}
