import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { intervalsProblem, openingAt, type Hours, type Interval } from './openingHours.ts';

const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/**
 * Time zones whose clocks change at different hours, midnight included, by an hour or by half an hour, and one zone
 * whose clocks never change.
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

/** The local days of 2026 that have more or fewer than 24 hours; an ordinary day for a zone that has none. */
function changingDays(zone: string): DateTime[] {
  const days = Array.from({ length: 365 }, (_, index) =>
    DateTime.fromISO('2026-01-01', { zone }).plus({ days: index }).startOf('day'),
  );
  const changing = days.filter((day) => day.plus({ days: 1 }).startOf('day').diff(day, 'minutes').minutes !== 1440);
  return changing.length > 0 ? changing : [days[100]!];
}

const nights = zones.flatMap(changingDays);

/**
 * Opening hours within the first four hours of a day, when clocks change; the last interval may go on to the next
 * day.
 */
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
    /** Instants between then and the next change, as fractions of that time. */
    between: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
  })
  .map(({ day, week, minutes, between }) => {
    const hours: Hours = { timeZone: day.zoneName!, week, exceptions: new Map() };
    return { hours, now: day.plus({ minutes }).toJSDate(), between };
  });

describe('around the night in which the clocks change', () => {
  it('is open at nextOpening and closed before it; is closed at closesAt and open before it', () => {
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

  it('ignores hours that the clock skips, and counts hours that occur twice once', () => {
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
