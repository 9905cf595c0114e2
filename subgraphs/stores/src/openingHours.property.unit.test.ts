import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { intervalsProblem, openingAt, type Hours, type Interval } from './openingHours.ts';

const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/**
 * Zones whose clocks jump at different hours, at midnight too, by an hour and by half of one, and one whose clocks
 * never do.
 */
const zones = [
  'Europe/Berlin',
  'America/New_York',
  'America/Santiago',
  'Africa/Cairo',
  'Asia/Beirut',
  'Australia/Lord_Howe',
  'America/Havana',
  'Asia/Tokyo',
];

/** Local days of 2026 with another number of hours than 24. A zone without any has an ordinary one. */
function changingDays(zone: string): DateTime[] {
  const days = Array.from({ length: 365 }, (_, index) =>
    DateTime.fromISO('2026-01-01', { zone }).plus({ days: index }).startOf('day'),
  );
  const changing = days.filter((day) => day.plus({ days: 1 }).startOf('day').diff(day, 'minutes').minutes !== 1440);
  return changing.length > 0 ? changing : [days[100]!];
}

const nights = zones.flatMap(changingDays);

/** Hours of one day within its first four, where clocks jump; and such of which the last go on to the next day. */
const intervals: fc.Arbitrary<Interval[]> = fc
  .uniqueArray(fc.integer({ min: 0, max: 16 }), { minLength: 4, maxLength: 8 })
  .map((quarters) => {
    const sorted = quarters.map((quarter) => 15 * quarter).sort((a, b) => a - b);
    return Array.from({ length: Math.floor(sorted.length / 2) }, (_, index) => ({
      opens: clock(sorted[2 * index]!),
      closes: clock(sorted[2 * index + 1]!),
    }));
  })
  .chain((made) =>
    fc.constantFrom(
      made,
      made.map(({ opens, closes }, index) =>
        index === made.length - 1 ? { opens, closes: made[0]!.opens } : { opens, closes },
      ),
    ),
  )
  .filter((made) => intervalsProblem(made) === undefined);

const cases = fc
  .record({
    day: fc.constantFrom(...nights),
    week: fc.array(intervals, { minLength: 7, maxLength: 7 }),
    minutes: fc.integer({ min: -120, max: 240 }),
    /** Parts of the way from then to the change. */
    between: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
  })
  .map(({ day, week, minutes, between }) => {
    const hours: Hours = { timeZone: day.zoneName!, week, exceptions: new Map() };
    return { hours, now: day.plus({ minutes }).toJSDate(), between };
  });

describe('around the night in which the clocks change', () => {
  it('opens next at an instant at which it is open, and at none before; and closes at the first at which it is closed', () => {
    fc.assert(
      fc.property(cases, ({ hours, now, between }) => {
        const { open, closesAt, nextOpening } = openingAt(hours, now);
        const change = (open ? closesAt : nextOpening)?.getTime();
        if (change === undefined) return true;
        const before = [
          ...between.map((part) => now.getTime() + Math.floor(part * (change - now.getTime() - 1))),
          change - 1,
        ];
        return (
          openingAt(hours, new Date(change)).open !== open &&
          before.every((ms) => ms < now.getTime() || openingAt(hours, new Date(ms)).open === open)
        );
      }),
      { numRuns: 80 },
    );
  }, 30_000);

  it('passes over hours that the clock leaves out, and keeps those that come twice once', () => {
    const berlin: Hours = {
      timeZone: 'Europe/Berlin',
      exceptions: new Map(),
      week: Array.from({ length: 7 }, () => [{ opens: '02:30', closes: '03:00' }]),
    };
    expect(openingAt(berlin, new Date('2026-03-29T00:30:00Z'))).toEqual({
      open: false,
      closesAt: null,
      nextOpening: new Date('2026-03-30T00:30:00Z'),
    });
    expect(openingAt(berlin, new Date('2026-10-25T00:00:00Z')).nextOpening).toEqual(new Date('2026-10-25T00:30:00Z'));
  });
});
