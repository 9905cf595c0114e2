import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { daysAfter } from './calendar.ts';
import { beginOn, type Course } from './membership.ts';
import { allocate, daysFrom, dueForChange, worthOf } from './proration.ts';

const month: Course = beginOn('2026-03-01', { months: 1, trialDays: 0 }, 999);

describe('what is not used', () => {
  it.each([
    ['2026-03-01', 31, 999],
    ['2026-03-02', 30, 966],
    ['2026-03-16', 16, 515],
    ['2026-03-31', 1, 32],
    ['2026-04-01', 0, 0],
    ['2026-05-01', 0, 0],
  ])('from %s on is %i days, worth %i', (day, days, worth) => {
    expect(daysFrom(day, month)).toBe(days);
    expect(worthOf(month, days)).toBe(worth);
  });

  it('is set off against another plan', () => {
    expect(dueForChange(month, '2026-03-16', 9_990)).toBe(9_475);
    expect(dueForChange({ ...month, paid: 9_990, periodDays: 365, periodEnd: '2027-03-01' }, '2026-03-02', 999)).toBe(
      999 - 9_962,
    );
  });

  const price = fc.integer({ min: 0, max: 2_147_483_647 });

  it('and what is used add up to the price, on any day of any period', () => {
    fc.assert(
      fc.property(
        price,
        fc.constantFrom(1, 12),
        fc.integer({ min: 0, max: 400 }),
        fc.nat(2_000),
        (paid, months, at, from) => {
          const course = beginOn(daysAfter('2026-01-01', from), { months, trialDays: 0 }, paid);
          const left = daysFrom(daysAfter(course.periodStart, at), course);
          const unused = worthOf(course, left);
          const used = course.paid - unused;
          expect(unused).toBeGreaterThanOrEqual(0);
          expect(used).toBeGreaterThanOrEqual(0);
          expect(unused + used).toBe(course.paid);
          // The used days cost their share, up to a minor unit.
          expect(Math.abs(used - (course.paid * (course.periodDays - left)) / course.periodDays)).toBeLessThan(1);
        },
      ),
    );
  });

  it('is never worth more on a later day', () => {
    fc.assert(
      fc.property(price, fc.nat(30), (paid, day) => {
        const course = { ...month, paid };
        expect(worthOf(course, day)).toBeLessThanOrEqual(worthOf(course, day + 1));
      }),
    );
  });
});

describe('a refund over several charges', () => {
  it('adds up to the whole, and takes no more of any than it holds', () => {
    const charges = fc.array(fc.nat(10_000), { maxLength: 12 });
    fc.assert(
      fc.property(charges, fc.double({ min: 0, max: 1, noNaN: true }), (lefts, share) => {
        const whole = lefts.reduce((sum, left) => sum + left, 0);
        const amount = Math.floor(whole * share);
        const parts = allocate(
          amount,
          lefts.map((left, index) => ({ id: String(index), left })),
        );
        expect(parts.reduce((sum, part) => sum + part.amount, 0)).toBe(amount);
        for (const part of parts) {
          expect(part.amount).toBeGreaterThan(0);
          expect(part.amount).toBeLessThanOrEqual(lefts[Number(part.id)]!);
        }
      }),
    );
  });

  it('is refused when there is not so much', () => {
    expect(() => allocate(2, [{ id: 'a', left: 1 }])).toThrow(RangeError);
  });
});
