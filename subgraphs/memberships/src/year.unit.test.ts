import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dayOf, daysAfter, startOf, type Day } from './calendar.ts';
import { afterRefusals, beginOn, endOf, goOn, renew, triedOn, whatIsDue, type Course } from './membership.ts';
import { allocate, daysFrom, dueForChange, worthOf } from './proration.ts';

/**
 * A year of 200 members on the rules alone, with a clock of days and a provider in memory. What the provider keeps of
 * each member must be what the days cost that they have used, to the minor unit.
 */
const members = 200;
const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'Europe/London'];
const plans = [
  { months: 1, trialDays: 0, price: 999 },
  { months: 12, trialDays: 0, price: 9_990 },
];

interface Member {
  readonly zone: string;
  course: Course;
  plan: (typeof plans)[number];
  status: 'ACTIVE' | 'PAST_DUE' | 'PAUSED' | 'ENDED';
  tries: number;
  cancelAtEnd: boolean;
  daysLeft: number;
  due: Date;
  poor: boolean;
  /** What the provider took for each charge, and what it paid back of it. */
  readonly ledger: { id: string; taken: number; back: number }[];
  /** What the days cost that were used up. */
  used: number;
}

function join(day: Day, zone: string, plan: (typeof plans)[number]): Member {
  const course = beginOn(day, plan, plan.price);
  const ledger = [{ id: '0', taken: plan.price, back: 0 }];
  const begun = { tries: 0, cancelAtEnd: false, daysLeft: 0, poor: false, used: 0 };
  return { ...begun, zone, course, plan, status: 'ACTIVE', due: endOf(course, zone), ledger };
}

function payBack(member: Member, amount: number): void {
  const newestFirst = [...member.ledger].reverse().map(({ id, taken, back }) => ({ id, left: taken - back }));
  for (const part of allocate(amount, newestFirst)) member.ledger[Number(part.id)]!.back += part.amount;
}

const charge = (member: Member, amount: number) =>
  member.ledger.push({ id: String(member.ledger.length), taken: amount, back: 0 });

/** What time brings on a day. */
function live(member: Member, now: Date): void {
  if (member.status === 'PAUSED' || member.status === 'ENDED' || member.due > now) return;
  const due = whatIsDue(member);
  if (due !== 'RENEWAL') {
    // Once a renewal is owed, the period that was paid for is used up already.
    if (member.status === 'ACTIVE') member.used += member.course.paid;
    member.status = 'ENDED';
  } else if (member.poor) {
    if (member.status === 'ACTIVE') member.used += member.course.paid;
    member.tries += 1;
    member.status = 'PAST_DUE';
    member.due = afterRefusals(member.course, member.tries, member.zone);
  } else {
    if (member.status === 'ACTIVE') member.used += member.course.paid;
    charge(member, member.plan.price);
    member.course = renew(member.course, member.plan, member.plan.price, false);
    Object.assign(member, { tries: 0, status: 'ACTIVE', due: endOf(member.course, member.zone) });
  }
}

function act(member: Member, today: Day, what: number): void {
  const { course, status } = member;
  if (what === 0) member.poor = !member.poor;
  if (what === 1 && status === 'ACTIVE') member.cancelAtEnd = !member.cancelAtEnd;
  if (what === 2 && (status === 'ACTIVE' || status === 'PAUSED')) {
    const unused = worthOf(course, status === 'PAUSED' ? member.daysLeft : daysFrom(daysAfter(today, 1), course));
    member.used += course.paid - unused;
    payBack(member, unused);
    member.status = 'ENDED';
  }
  if (what === 3 && status === 'ACTIVE' && !member.cancelAtEnd)
    Object.assign(member, { status: 'PAUSED', daysLeft: daysFrom(daysAfter(today, 1), course) });
  if (what === 4 && status === 'PAUSED') {
    member.course = goOn(course, today, member.daysLeft);
    Object.assign(member, { status: 'ACTIVE', due: endOf(member.course, member.zone) });
  }
  if (what === 5 && status === 'ACTIVE') {
    const plan = plans.find((other) => other !== member.plan)!;
    const due = dueForChange(course, today, plan.price);
    member.used += course.paid - worthOf(course, daysFrom(today, course));
    if (due > 0) charge(member, due);
    else payBack(member, -due);
    member.plan = plan;
    member.course = beginOn(today, plan, plan.price);
    Object.assign(member, { cancelAtEnd: false, due: endOf(member.course, member.zone) });
  }
}

it('leaves with the provider what the used days cost, to the minor unit, whatever 200 members do for a year', () => {
  const deed = fc.record({ day: fc.integer({ min: 1, max: 364 }), who: fc.nat(members - 1), what: fc.nat(5) });
  const history = fc.array(deed, { minLength: 200, maxLength: 1_000, size: 'max' });
  fc.assert(
    fc.property(history, fc.constantFrom('2026-01-31', '2028-02-29', '2027-08-31'), (deeds, first) => {
      const all = Array.from({ length: members }, (_, n) => join(first, zones[n % zones.length]!, plans[n % 2]!));
      const onDay = (day: number) => deeds.filter((each) => each.day === day);
      for (let day = 1; day <= 365; day += 1) {
        const now = new Date(startOf(daysAfter(first, day), 'UTC').getTime() + 15 * 3_600_000);
        for (const member of all) live(member, now);
        for (const { who, what } of onDay(day)) act(all[who]!, dayOf(now, all[who]!.zone), what);
      }
      for (const member of all) {
        const kept = member.ledger.reduce((sum, { taken, back }) => sum + taken - back, 0);
        const isOpen = member.status === 'ACTIVE' || member.status === 'PAUSED';
        expect(kept).toBe(member.used + (isOpen ? member.course.paid : 0));
        for (const { taken, back } of member.ledger) expect(back).toBeLessThanOrEqual(taken);
        expect(member.tries).toBeLessThanOrEqual(triedOn.length);
      }
    }),
    { numRuns: 3, endOnFailure: true },
  );
});
