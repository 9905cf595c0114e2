import { beforeEach, describe, expect, it } from 'vitest';
import { principalWith } from '#platform/testkit/testSubgraph.ts';
import { until } from '#platform/testkit/until.ts';
import { billOnce } from './billing.ts';
import { announcePrice } from './commands/announcePrice.ts';
import { cancelMembership, keepMembership } from './commands/cancelMembership.ts';
import { changeMethod } from './commands/changeMethod.ts';
import { changePlan, changeQuote } from './commands/changePlan.ts';
import { pauseMembership, resumeMembership } from './commands/pauseMembership.ts';
import { away } from '#platform/testkit/bank.ts';
import { customer, membershipsAlone } from './testing/membershipsAlone.ts';

const world = membershipsAlone();
const admin = principalWith(['admin'], { roles: ['admin'] });
let customers = 0;

beforeEach(() => {
  world.at('2026-01-31T12:00:00Z');
  world.declining.clear();
  customers += 1;
});

const own = () => customer(customers);
/** Bills at noon of a day. */
async function on(day: string): Promise<void> {
  world.at(`${day}T12:00:00Z`);
  await world.bill();
}
const moved = async (id: string) => (await world.chargesOf(id)).flatMap((charge) => world.bank.of(charge.id));
const cancel = (when: 'AT_END' | 'NOW') =>
  cancelMembership(world.domain, own(), { idempotencyKey: world.nextKey(), when });
const changeTo = (planId: string, agreedAmount: number) =>
  changePlan(world.domain, own(), { idempotencyKey: world.nextKey(), planId, agreedAmount });

describe('a renewal', () => {
  it('is paid on the day on which the membership began, or on the last of the month, at local midnight', async () => {
    const id = await world.member(own());
    world.at('2026-02-27T22:59:59Z');
    await world.bill();
    expect(await world.membershipOf(id)).toMatchObject({ periodEnd: '2026-02-28' });
    world.at('2026-02-27T23:00:00Z');
    await world.bill();
    expect(await world.membershipOf(id)).toMatchObject({ periodStart: '2026-02-28', periodEnd: '2026-03-31' });
    await on('2026-03-31');
    expect(await world.membershipOf(id)).toMatchObject({ periodStart: '2026-03-31', periodEnd: '2026-04-30' });
    expect((await moved(id)).filter((entry) => entry === 'captured 999')).toHaveLength(3);
  });

  it('follows a trial, and costs the price of the plan after it', async () => {
    const id = await world.member(own(), { planId: 'plus-trial', agreedPrice: 0 });
    await on('2026-03-02');
    expect(await world.membershipOf(id)).toMatchObject({ planId: 'plus-monthly', periodEnd: '2026-04-02', paid: 999 });
    expect(await moved(id)).toEqual(['authorised 999', 'captured 999']);
  });

  it('that is declined is tried four times over 14 days, and ends the membership after the grace', async () => {
    const id = await world.member(own(), { methodToken: 'tok_poor' });
    world.declining.add('tok_poor');
    for (const day of ['2026-02-28', '2026-03-02', '2026-03-03', '2026-03-07', '2026-03-14', '2026-03-20']) {
      await on(day);
      expect(await world.membershipOf(id)).toMatchObject({ status: 'PAST_DUE' });
    }
    expect((await moved(id)).filter((entry) => entry.startsWith('declined'))).toHaveLength(4);
    await on('2026-03-21');
    expect(await world.membershipOf(id)).toMatchObject({ status: 'ENDED', reason: 'UNPAID', methodToken: null });
    const failed = ['PAYMENT_FAILED', 'PAYMENT_FAILED', 'PAYMENT_FAILED', 'GRACE_STARTED'];
    expect((await world.told(id)).slice(4)).toEqual([...failed, 'ENDED', 'MembershipBenefitsChanged']);
  });

  it('is tried at once with another card, and keeps the day of the membership', async () => {
    const id = await world.member(own(), { methodToken: 'tok_poor' });
    world.declining.add('tok_poor');
    await on('2026-02-28');
    world.at('2026-03-05T12:00:00Z');
    await changeMethod(world.domain, own(), { idempotencyKey: world.nextKey(), methodToken: 'tok_other' });
    await world.bill();
    expect(await world.membershipOf(id)).toMatchObject({ status: 'ACTIVE', periodEnd: '2026-03-31', tries: 0 });
  });

  it('is tried as often by time, whatever other cards are declined in between', async () => {
    const id = await world.member(own(), { methodToken: 'tok_poor' });
    world.declining.add('tok_poor');
    const declined = async () => (await moved(id)).filter((entry) => entry.startsWith('declined')).length;
    const giveAnother = async (day: string) => {
      world.at(`${day}T13:00:00Z`);
      await changeMethod(world.domain, own(), { idempotencyKey: world.nextKey(), methodToken: 'tok_poor' });
      await world.bill();
    };
    await on('2026-02-28');
    for (let n = 0; n < 4; n += 1) await giveAnother('2026-03-01');
    expect(await declined()).toBe(5);
    for (const [day, count] of [
      ['2026-03-03', 6],
      ['2026-03-07', 7],
      ['2026-03-14', 8],
    ] as const) {
      await on(day);
      expect(await declined()).toBe(count);
    }
    await giveAnother('2026-03-20');
    expect(await declined()).toBe(9);
    expect(await world.membershipOf(id)).toMatchObject({ status: 'PAST_DUE' });
    await on('2026-03-21');
    expect(await world.membershipOf(id)).toMatchObject({ status: 'ENDED', reason: 'UNPAID' });
  });

  it('is paid once however many processes bill at the instant, though answers are lost', async () => {
    const id = await world.member(own());
    world.at('2026-02-27T23:00:00Z');
    let asked = 0;
    world.bank.lose = () => void ((asked += 1) % 3 === 0 && away());
    // Each copy of the domain has lists of its own, as another process has.
    const processes = Array.from({ length: 4 }, () => Object.create(world.domain) as typeof world.domain);
    for (let round = 0; round < 3; round += 1) await Promise.all(processes.map((domain) => billOnce(domain)));
    world.bank.lose = undefined;
    await world.bill();
    expect(await moved(id)).toEqual(['authorised 999', 'captured 999', 'authorised 999', 'captured 999']);
    expect((await world.told(id)).filter((each) => each === 'RENEWED')).toHaveLength(1);
    expect(await world.membershipOf(id)).toMatchObject({ periods: 2, periodEnd: '2026-03-31' });
  });

  it('moves the money once, also when every answer of the bank is lost', async () => {
    const id = await world.member(own());
    const lost = new Set<string>();
    world.bank.lose = (what, chargeId) => {
      if (lost.has(what + chargeId)) return;
      lost.add(what + chargeId);
      away();
    };
    for (let round = 0; round < 4; round += 1) await on('2026-02-28');
    world.bank.lose = undefined;
    expect(lost.size).toBe(2);
    expect(await moved(id)).toEqual(['authorised 999', 'captured 999', 'authorised 999', 'captured 999']);
  });
});

describe('a cancellation', () => {
  it('ends the membership with the period, and can be taken back', async () => {
    const id = await world.member(own());
    await cancel('AT_END');
    await keepMembership(world.domain, own(), world.nextKey());
    await on('2026-02-28');
    await cancel('AT_END');
    await on('2026-03-31');
    expect(await world.membershipOf(id)).toMatchObject({ status: 'ENDED', reason: 'CANCELLED' });
    expect((await moved(id)).filter((entry) => entry.startsWith('captured'))).toHaveLength(2);
  });

  it('at once pays back the days that are not used, once, and tells it once', async () => {
    const id = await world.member(own());
    world.at('2026-02-10T12:00:00Z');
    const key = world.nextKey();
    for (let n = 0; n < 2; n += 1) await cancelMembership(world.domain, own(), { idempotencyKey: key, when: 'NOW' });
    let lost = 0;
    world.bank.lose = (what) => (what === 'refunded' && lost++ === 0 ? away() : undefined);
    for (let round = 0; round < 3; round += 1) await world.bill();
    world.bank.lose = undefined;
    // 17 of 28 days are left after the tenth of February.
    expect(await moved(id)).toEqual(['authorised 999', 'captured 999', 'refunded 606']);
    expect((await world.told(id)).filter((what) => what === 'REFUNDED')).toHaveLength(1);
    expect((await world.told(id)).filter((what) => what === 'ENDED')).toHaveLength(1);
  });

  it('at once pays back no more than is left, where staff have paid a part back', async () => {
    const id = await world.member(own());
    const [charge] = await world.chargesOf(id);
    world.bank.entries.push({ chargeId: charge!.id, what: 'refunded', amount: 600 });
    world.at('2026-02-10T12:00:00Z');
    await cancel('NOW');
    await world.bill();
    expect(await moved(id)).toEqual(['authorised 999', 'captured 999', 'refunded 600', 'refunded 399']);
    expect(await world.domain.db.refund.count({ where: { membershipId: id, settledAt: null } })).toBe(0);
  });

  it('at once, asked twice in the same moment, pays back once', async () => {
    const id = await world.member(own());
    // Charges of earlier periods hold enough for a second refund.
    for (const day of ['2026-02-28', '2026-03-31', '2026-04-30']) await on(day);
    const { pool } = world.domain;
    const other = await pool.connect();
    await other.query('BEGIN');
    await other.query('SELECT FROM membership WHERE id = $1 FOR UPDATE', [id]);
    const both = Promise.all([cancel('NOW'), cancel('NOW')]);
    await until(
      async () =>
        (
          await pool.query(
            `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          )
        ).rowCount === 2,
      { what: 'both have read the membership and wait for its lock' },
    );
    await other.query('COMMIT');
    other.release();
    expect((await both).map(({ kind }) => kind).sort()).toEqual(['done', 'notFound']);
    await world.bill();
    expect((await moved(id)).filter((entry) => entry.startsWith('refunded'))).toEqual(['refunded 966']);
    expect((await world.told(id)).filter((what) => what === 'ENDED')).toHaveLength(1);
  });
});

describe('a change of plan', () => {
  it('to a dearer one costs the difference, and cancelling then pays back over both charges', async () => {
    const id = await world.member(own());
    world.at('2026-02-14T12:00:00Z');
    // 14 of 28 days are left: 499 of 999.
    expect(await changeQuote(world.domain, own(), 'plus-yearly')).toMatchObject({ amount: 9_491 });
    expect(await changeTo('plus-yearly', 9_490)).toMatchObject({ kind: 'differs', amount: 9_491 });
    expect(await changeTo('plus-yearly', 9_491)).toMatchObject({ kind: 'charged' });
    expect(await world.membershipOf(id)).toMatchObject({ planId: 'plus-yearly', periodEnd: '2027-02-14', paid: 9_990 });
    await cancel('NOW');
    await world.bill();
    // 364 of 365 days of 9,990 are left: all of the last charge, and the rest of the first.
    expect(await moved(id)).toEqual([
      'authorised 999',
      'captured 999',
      'refunded 471',
      'authorised 9491',
      'captured 9491',
      'refunded 9491',
    ]);
  });

  it('to a cheaper one pays the difference back', async () => {
    const id = await world.member(own(), { planId: 'plus-yearly', agreedPrice: 9_990 });
    world.at('2026-07-31T12:00:00Z');
    // 184 of 365 days are left: 5,036 of 9,990.
    expect(await changeTo('plus-monthly', -4_037)).toMatchObject({ kind: 'done' });
    await world.bill();
    expect(await moved(id)).toEqual(['authorised 9990', 'captured 9990', 'refunded 4037']);
    expect(await world.membershipOf(id)).toMatchObject({ planId: 'plus-monthly', periodEnd: '2026-08-31', paid: 999 });
  });

  it('changes nothing when the card is declined', async () => {
    const id = await world.member(own(), { methodToken: 'tok_poor' });
    world.declining.add('tok_poor');
    expect(await changeTo('plus-yearly', 8_991)).toMatchObject({ kind: 'declined' });
    expect(await world.membershipOf(id)).toMatchObject({ planId: 'plus-monthly', status: 'ACTIVE' });
    await on('2026-02-28');
    expect(await world.membershipOf(id)).toMatchObject({ status: 'PAST_DUE' });
  });
});

describe('a pause', () => {
  it('keeps the days that were left, and takes no money', async () => {
    const id = await world.member(own());
    world.at('2026-02-10T12:00:00Z');
    await pauseMembership(world.domain, own(), world.nextKey());
    await on('2026-05-01');
    expect(await world.membershipOf(id)).toMatchObject({ status: 'PAUSED', daysLeft: 17 });
    await resumeMembership(world.domain, own(), world.nextKey());
    expect(await world.membershipOf(id)).toMatchObject({ status: 'ACTIVE', periodEnd: '2026-05-18' });
    await on('2026-05-18');
    expect(await world.membershipOf(id)).toMatchObject({ periodStart: '2026-05-18', periodEnd: '2026-06-18' });
    expect((await moved(id)).filter((entry) => entry.startsWith('captured'))).toHaveLength(2);
  });
});

describe('a price to come', () => {
  const announce = (holdsFrom: string, amount: number) =>
    announcePrice(world.domain, admin, {
      idempotencyKey: world.nextKey(),
      planId: 'plus-yearly',
      country: 'DE',
      amount,
      holdsFrom,
    });

  it('is told to each member once, and holds from the first renewal after it', async () => {
    const id = await world.member(own(), { planId: 'plus-yearly', agreedPrice: 9_990 });
    world.at('2026-02-01T12:00:00Z');
    expect(await announce('2026-02-20T00:00:00Z', 12_000)).toMatchObject({ kind: 'invalid', field: 'holdsFrom' });
    expect(await announce('2026-06-01T00:00:00Z', 12_000)).toMatchObject({ kind: 'done' });
    await world.bill();
    await on('2026-06-02');
    const ask = world.graph.as(own());
    expect((await ask('{ myMembership { nextPrice { amount } } }')).data).toEqual({
      myMembership: { nextPrice: { amount: 12_000 } },
    });
    expect((await world.told(id)).filter((what) => what === 'MembershipPriceAnnounced')).toHaveLength(1);
    await on('2027-01-31');
    expect((await moved(id)).at(-1)).toBe('captured 12000');
  });
});

describe('a customer who is erased while money is being taken', () => {
  /** What is heard after the bank has taken the money, and before its answer arrives. */
  async function erasedMeanwhile(work: () => Promise<unknown>): Promise<void> {
    world.bank.lose = (what) => (what === 'captured' ? away() : undefined);
    await work();
    await world.erased(own());
    world.bank.lose = undefined;
    await world.bill();
  }
  const captured = async (id: string) => (await moved(id)).filter((entry) => entry.startsWith('captured'));

  it('is not charged again after the renewal', async () => {
    const id = await world.member(own());
    await erasedMeanwhile(() => on('2026-02-28'));
    expect(await world.membershipOf(id)).toMatchObject({ periodEnd: '2026-03-31', cancelAtEnd: true });
    await on('2026-03-31');
    expect(await world.membershipOf(id)).toMatchObject({ status: 'ENDED', methodToken: null });
    expect(await captured(id)).toHaveLength(2);
  });

  it('is not charged again after the change of the plan', async () => {
    const id = await world.member(own());
    await erasedMeanwhile(() => changeTo('plus-yearly', 8_991));
    await on('2027-01-31');
    expect(await world.membershipOf(id)).toMatchObject({ status: 'ENDED', planId: 'plus-yearly', methodToken: null });
    expect(await captured(id)).toHaveLength(2);
  });

  it('is not charged for another plan once the card that was to pay for it is declined', async () => {
    const id = await world.member(own(), { methodToken: 'tok_poor' });
    world.bank.interrupt = () => away();
    await changeTo('plus-yearly', 8_991);
    await world.erased(own());
    world.bank.interrupt = undefined;
    world.declining.add('tok_poor');
    await world.bill();
    world.declining.clear();
    await on('2026-02-28');
    expect(await world.membershipOf(id)).toMatchObject({ status: 'ENDED', planId: 'plus-monthly', methodToken: null });
    expect(await captured(id)).toHaveLength(1);
  });
});

it('a member who had asked for the end and changes the plan goes on', async () => {
  const id = await world.member(own());
  await cancel('AT_END');
  expect(await changeTo('plus-yearly', 8_991)).toMatchObject({ kind: 'charged' });
  expect(await world.membershipOf(id)).toMatchObject({ planId: 'plus-yearly', cancelAtEnd: false });
});
