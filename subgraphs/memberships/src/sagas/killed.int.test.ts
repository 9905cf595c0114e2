import { describe, expect, it } from 'vitest';
import { away } from '#platform/testkit/bank.ts';
import { around, doomedSubgraph, patienceMs } from '#platform/testkit/doomedSubgraph.ts';
import { subscribe } from '../commands/subscribe.ts';
import type { Memberships } from '../context.ts';
import definition from '../main.ts';
import { customer, storeId } from '../testing/membershipsAlone.ts';

async function doomedMemberships(points: readonly string[]) {
  const script = new URL('../testing/runMemberships.ts', import.meta.url);
  const world = await doomedSubgraph<Memberships>(definition, { script, points });
  const { db } = world.domain;
  return {
    ...world,
    async asked(methodToken = 'tok_visa'): Promise<string> {
      const outcome = await subscribe(world.domain, customer(1), {
        idempotencyKey: 'once',
        planId: 'plus-monthly',
        storeId,
        methodToken,
        agreedPrice: 999,
      });
      if (outcome.kind !== 'requested') throw new Error(JSON.stringify(outcome));
      return outcome.membershipId;
    },
    statusOf: async (id: string) => (await db.membership.findUniqueOrThrow({ where: { id } })).status,
    toldOf: (id: string) => world.told(`membership:${id}`),
    /** The money of the membership's only charge, as the bank has it. */
    async moneyOf(membershipId: string): Promise<string[]> {
      const [charge, ...more] = await db.charge.findMany({ where: { membershipId } });
      expect(more).toEqual([]);
      return world.bank.of(charge!.id);
    },
  };
}

/** As the test of the same name in orders: each step stands in one story only, because a start takes seconds. */
describe('killed before and after every step, a wish for a membership', () => {
  type World = Awaited<ReturnType<typeof doomedMemberships>>;
  const kill = (name: string, points: string[], run: (world: World) => Promise<void>) =>
    it.concurrent(name, { timeout: 2 * patienceMs(points) }, async () => {
      const world = await doomedMemberships(points);
      try {
        await run(world);
      } finally {
        await world.end();
      }
    });

  kill('is paid for once, and begins once', around('authorise', 'capture', 'provision'), async (world) => {
    const id = await world.asked();
    await world.ended(id);
    expect(await world.statusOf(id)).toBe('ACTIVE');
    expect(await world.moneyOf(id)).toEqual(['authorised 999', 'captured 999']);
    expect(await world.toldOf(id)).toEqual(['MembershipRequested', 'STARTED', 'MembershipBenefitsChanged', 'CHARGED']);
  });

  kill(
    'for a plan that was closed meanwhile is refunded once, and told once',
    around('fail', 'refund'),
    async (world) => {
      world.bank.interrupt = away;
      const id = await world.asked();
      await world.domain.db.plan.update({ where: { id: 'plus-monthly' }, data: { offered: false } });
      world.bank.interrupt = undefined;
      await world.ended(id);
      expect(await world.statusOf(id)).toBe('FAILED');
      expect(await world.moneyOf(id)).toEqual(['authorised 999', 'captured 999', 'refunded 999']);
      expect(await world.toldOf(id)).toEqual(['MembershipRequested', 'FAILED']);
    },
  );

  kill('whose money cannot be taken is given back once', around('void'), async (world) => {
    const id = await world.asked('tok_capture_refused');
    await world.ended(id);
    expect(await world.statusOf(id)).toBe('FAILED');
    expect(await world.moneyOf(id)).toEqual(['authorised 999', 'voided 999']);
    expect(await world.toldOf(id)).toEqual(['MembershipRequested', 'FAILED']);
  });
});
