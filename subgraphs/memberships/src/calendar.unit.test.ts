import { describe, expect, it } from 'vitest';
import { dayOf, daysAfter, daysBetween, periodOf, startOf } from './calendar.ts';

describe('periods', () => {
  it.each([
    ['2026-01-31', 1, ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31']],
    ['2028-01-30', 1, ['2028-01-30', '2028-02-29', '2028-03-30']],
    ['2026-12-31', 1, ['2026-12-31', '2027-01-31', '2027-02-28']],
    ['2028-02-29', 12, ['2028-02-29', '2029-02-28', '2030-02-28', '2031-02-28', '2032-02-29']],
  ])('from %s by %i months keep to the day they began on', (anchor, months, starts) => {
    expect(starts.map((_start, number) => periodOf(anchor, months, number).start)).toEqual(starts);
    for (let number = 1; number < 30; number += 1)
      expect(periodOf(anchor, months, number).start).toBe(periodOf(anchor, months, number - 1).end);
  });
});

describe('days', () => {
  it.each([
    ['2026-03-31T22:30:00Z', 'Europe/Berlin', '2026-04-01'],
    ['2026-03-31T22:30:00Z', 'America/New_York', '2026-03-31'],
    ['2026-03-31T15:30:00Z', 'Asia/Tokyo', '2026-04-01'],
  ])('of %s in %s', (at, timeZone, day) => {
    expect(dayOf(new Date(at), timeZone)).toBe(day);
  });

  it.each([
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
    ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
    // Clocks in Cairo jump from midnight to one in the morning of that day.
    ['2026-04-24', 'Africa/Cairo', '2026-04-23T22:00:00.000Z'],
  ])('of %s begin in %s at %s', (day, timeZone, at) => {
    expect(startOf(day, timeZone).toISOString()).toBe(at);
  });

  it('are counted as days of the calendar, also where one has 23 hours', () => {
    expect(daysBetween('2026-03-28', '2026-03-31')).toBe(3);
    expect(daysBetween('2028-02-28', '2028-03-01')).toBe(2);
    expect(daysAfter('2028-02-28', 1)).toBe('2028-02-29');
    expect(daysBetween('2026-05-02', '2026-05-01')).toBe(-1);
  });
});
