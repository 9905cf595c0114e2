import { expect, it } from 'vitest';
import { daysAfter } from './calendar.ts';
import { cancelMembership, keepMembership } from './commands/cancelMembership.ts';
import { changeMethod } from './commands/changeMethod.ts';
import { changePlan, changeQuote } from './commands/changePlan.ts';
import { pauseMembership, resumeMembership } from './commands/pauseMembership.ts';
import { away } from '#platform/testkit/bank.ts';
import { customer, membershipsAlone } from './testing/membershipsAlone.ts';

const world = membershipsAlone();
const members = 20;
/** Members up to this number are left alone; the others act at random. */
const steady = 6;
const first = '2026-01-31';

/** Random numbers of a seed, so that a failing history can be run again. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const planOf = (n: number) =>
  [
    { planId: 'plus-monthly', agreedPrice: 999 },
    { planId: 'plus-yearly', agreedPrice: 9_990 },
    { planId: 'plus-trial', agreedPrice: 0 },
  ][n % 3]!;

/** Something that a member does on a day. What a status does not allow is answered with a refusal, which is fine. */
async function act(n: number, chance: () => number): Promise<void> {
  const { domain } = world;
  const [principal, idempotencyKey] = [customer(n), world.nextKey()];
  const token = `tok_${n}`;
  const draw = Math.floor(chance() * 9);
  if (draw === 0) await cancelMembership(domain, principal, { idempotencyKey, when: 'NOW' });
  if (draw === 1) await cancelMembership(domain, principal, { idempotencyKey, when: 'AT_END' });
  if (draw === 2) await keepMembership(domain, principal, idempotencyKey);
  if (draw === 3) await pauseMembership(domain, principal, idempotencyKey);
  if (draw === 4) await resumeMembership(domain, principal, idempotencyKey);
  if (draw === 5) world.declining.add(token);
  if (draw === 6) world.declining.delete(token);
  if (draw === 7) await changeMethod(domain, principal, { idempotencyKey, methodToken: `${token}_${idempotencyKey}` });
  if (draw === 8) {
    const planId = chance() < 0.5 ? 'plus-monthly' : 'plus-yearly';
    const due = await changeQuote(domain, principal, planId);
    if (due) await changePlan(domain, principal, { idempotencyKey, planId, agreedAmount: due.amount });
  }
}

it('of members who do what they like leaves the ledger of the bank and that of memberships equal to the minor unit', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`the year of the members has the seed ${seed}`);
  const chance = randomOf(seed);
  const ids: string[] = [];
  while (ids.length < members) {
    const some = Array.from({ length: 10 }, (_, index) => ids.length + index);
    const card = (n: number) => (n < steady ? 'tok_steady' : `tok_${n}`);
    ids.push(
      ...(await Promise.all(some.map((n) => world.member(customer(n), { ...planOf(n), methodToken: card(n) })))),
    );
  }
  // The bank is away now and then, and now and then it does what it is asked, and its answer is lost.
  world.bank.interrupt = () => void (chance() < 0.02 && away());
  world.bank.lose = () => void (chance() < 0.02 && away());
  for (let day = 5; day <= 365 + 30; day += 5) {
    world.at(`${daysAfter(first, day)}T12:00:00Z`);
    for (let n = 0; n < 3 && day < 365; n += 1) await act(steady + Math.floor(chance() * (members - steady)), chance);
    // What had to wait is caught up with by the last day of the year.
    if (day === 365) world.bank.interrupt = world.bank.lose = undefined;
    await world.bill();
    if (day === 365) {
      for (const n of [0, 1, 2]) {
        const paid = (await world.chargesOf(ids[n]!)).filter(({ status }) => status === 'CAPTURED');
        // From 31 January to 31 January: thirteen months have begun, two years, and eleven months after the trial.
        expect([n, paid.length]).toEqual([n, [13, 2, 11][n]]);
      }
    }
  }

  const charges = await world.domain.db.charge.findMany();
  const refunds = await world.domain.db.refund.findMany();
  expect(charges.filter(({ status }) => status === 'REQUESTED')).toEqual([]);
  expect(refunds.filter(({ settledAt }) => settledAt === null)).toEqual([]);
  const bank = new Map<string, { captured: number; refunded: number; voided: number; authorised: number }>();
  for (const { chargeId, what, amount } of world.bank.entries) {
    const known = bank.get(chargeId) ?? { captured: 0, refunded: 0, voided: 0, authorised: 0 };
    if (what !== 'declined' && what !== 'paidOut') known[what] += amount;
    bank.set(chargeId, known);
  }
  for (const charge of charges) {
    const taken = charge.status === 'CAPTURED' ? charge.amount : 0;
    const { captured = 0, refunded = 0 } = bank.get(charge.id) ?? {};
    expect([charge.id, captured, refunded]).toEqual([charge.id, taken, charge.refunded]);
  }
  expect([...bank.keys()].filter((id) => !charges.some((charge) => charge.id === id))).toEqual([]);
  const { rows } = await world.domain.pool.query<{ told: string; sum: string }>(
    `SELECT data ->> 'what' AS told, sum((data ->> 'amount')::int) AS sum FROM platform.event WHERE type = 'MembershipMoneyMoved' GROUP BY 1 ORDER BY 1`,
  );
  const sumOf = (what: 'captured' | 'refunded') => [...bank.values()].reduce((sum, each) => sum + each[what], 0);
  expect(rows.map(({ told, sum }) => [told, Number(sum)])).toEqual([
    ['CHARGED', sumOf('captured')],
    ['REFUNDED', sumOf('refunded')],
  ]);
}, 120_000);
