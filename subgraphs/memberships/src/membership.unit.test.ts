import { describe, expect, it } from 'vitest';
import { afterRefusals, beginOn, goOn, renew, whatIsDue } from './membership.ts';

const monthly = { months: 1, trialDays: 0 };

describe('the course of a membership', () => {
  it('keeps to the day on which it began', () => {
    let course = beginOn('2026-01-31', monthly, 999);
    const starts = [course.periodStart];
    for (let n = 0; n < 13; n += 1) {
      course = renew(course, monthly, 999, false);
      starts.push(course.periodStart);
    }
    expect(starts.slice(0, 4)).toEqual(['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30']);
    expect(starts.at(-1)).toBe('2027-02-28');
    expect(course).toMatchObject({ periodEnd: '2027-03-31', periodDays: 31, periods: 14 });
  });

  it('leads from a trial to the plan that follows it', () => {
    const trial = beginOn('2026-01-31', { months: 0, trialDays: 30 }, 0);
    expect(trial).toMatchObject({ periodEnd: '2026-03-02', periodDays: 30, paid: 0 });
    expect(renew(trial, monthly, 999, true)).toMatchObject({ periodStart: '2026-03-02', periodEnd: '2026-04-02' });
  });

  it('goes on after a pause with the days that were left, and is renewed after them', () => {
    const course = goOn(beginOn('2026-01-31', monthly, 999), '2026-05-10', 12);
    expect(course).toMatchObject({ periodEnd: '2026-05-22', periodDays: 28 });
    expect(renew(course, monthly, 999, false)).toMatchObject({ periodStart: '2026-05-22', periodEnd: '2026-06-22' });
  });

  it('is not changed by a pause that interrupts no day', () => {
    const course = renew(beginOn('2026-01-31', monthly, 999), monthly, 999, false);
    // On 5 March 25 days are left after it, and 31 March is the last one.
    expect(course).toMatchObject({ anchor: '2026-01-31', periodEnd: '2026-03-31' });
    expect(goOn(course, '2026-03-05', 25)).toEqual(course);
    expect(goOn(course, '2026-03-06', 25)).toEqual(course);
    expect(goOn(course, '2026-03-07', 25)).toMatchObject({ anchor: '2026-04-01', periodEnd: '2026-04-01' });
  });
});

describe('a renewal that is refused', () => {
  it('is tried four times over 14 days, and ends the membership after a grace period', () => {
    const course = beginOn('2026-03-01', monthly, 999);
    const days = [0, 1, 2, 3, 4].map((tries) => afterRefusals(course, tries, 'Europe/Berlin').toISOString());
    expect(days).toEqual([
      '2026-03-31T22:00:00.000Z',
      '2026-04-03T22:00:00.000Z',
      '2026-04-07T22:00:00.000Z',
      '2026-04-14T22:00:00.000Z',
      '2026-04-21T22:00:00.000Z',
    ]);
    expect([0, 3, 4].map((tries) => whatIsDue({ cancelAtEnd: false, tries }))).toEqual([
      'RENEWAL',
      'RENEWAL',
      'UNPAID',
    ]);
    expect(whatIsDue({ cancelAtEnd: true, tries: 0 })).toBe('CANCELLED');
  });
});
