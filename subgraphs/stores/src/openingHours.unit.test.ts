import { describe, expect, it } from 'vitest';
import { intervalsProblem, localDate, openingAt, type Hours, type Interval } from './openingHours.ts';

const week = (...intervals: Interval[]) => Array.from({ length: 7 }, () => intervals);
const hours = (over: Partial<Hours> = {}): Hours => ({
  timeZone: 'Europe/Berlin',
  week: week({ opens: '10:00', closes: '22:00' }),
  exceptions: new Map(),
  ...over,
});
const at = (iso: string) => new Date(iso);

describe('openingAt', () => {
  it('uses the time zone of the store', () => {
    // 09:30 UTC is 10:30 in Berlin in winter, and 04:30 in New York.
    expect(openingAt(hours(), at('2026-01-14T09:30:00Z'))).toEqual({
      open: true,
      closesAt: at('2026-01-14T21:00:00Z'),
      nextOpening: null,
    });
    expect(openingAt(hours({ timeZone: 'America/New_York' }), at('2026-01-14T09:30:00Z'))).toEqual({
      open: false,
      closesAt: null,
      nextOpening: at('2026-01-14T15:00:00Z'),
    });
  });

  it('is open at the instant of opening and closed at the instant of closing', () => {
    expect(openingAt(hours(), at('2026-01-14T09:00:00Z')).open).toBe(true);
    expect(openingAt(hours(), at('2026-01-14T21:00:00Z')).open).toBe(false);
    expect(openingAt(hours(), at('2026-01-14T20:59:59.999Z')).open).toBe(true);
  });

  it('handles hours that last past midnight', () => {
    const late = hours({ week: week({ opens: '18:00', closes: '02:00' }) });
    expect(openingAt(late, at('2026-01-14T00:30:00Z'))).toEqual({
      open: true,
      closesAt: at('2026-01-14T01:00:00Z'),
      nextOpening: null,
    });
  });

  it('uses an exception in place of the week, also one that closes the day', () => {
    const closed = hours({ exceptions: new Map([['2026-01-14', []]]) });
    expect(openingAt(closed, at('2026-01-14T12:00:00Z'))).toEqual({
      open: false,
      closesAt: null,
      nextOpening: at('2026-01-15T09:00:00Z'),
    });
    const short = hours({ exceptions: new Map([['2026-01-14', [{ opens: '12:00', closes: '14:00' }]]]) });
    expect(openingAt(short, at('2026-01-14T12:30:00Z')).closesAt).toEqual(at('2026-01-14T13:00:00Z'));
  });

  it('has no closing time for a store that never closes', () => {
    expect(openingAt(hours({ week: week({ opens: '00:00', closes: '00:00' }) }), at('2026-01-14T12:00:00Z'))).toEqual({
      open: true,
      closesAt: null,
      nextOpening: null,
    });
  });

  it('has no next opening for a store without hours', () => {
    expect(openingAt(hours({ week: week() }), at('2026-01-14T12:00:00Z'))).toEqual({
      open: false,
      closesAt: null,
      nextOpening: null,
    });
  });

  it('keeps local opening times when the clocks change', () => {
    // Clocks go forward on 2026-03-29 and back on 2026-10-25.
    expect(openingAt(hours(), at('2026-03-29T07:00:00Z')).nextOpening).toEqual(at('2026-03-29T08:00:00Z'));
    expect(openingAt(hours(), at('2026-10-25T08:00:00Z')).nextOpening).toEqual(at('2026-10-25T09:00:00Z'));
    const night = hours({ week: week({ opens: '02:30', closes: '05:00' }) });
    expect(openingAt(night, at('2026-03-29T01:15:00Z'))).toMatchObject({
      open: false,
      nextOpening: at('2026-03-29T01:30:00Z'),
    });
  });
});

describe('localDate', () => {
  it('is the calendar day in the time zone', () => {
    expect(localDate('Asia/Tokyo', at('2026-01-14T20:00:00Z'))).toBe('2026-01-15');
    expect(localDate('America/Los_Angeles', at('2026-01-14T03:00:00Z'))).toBe('2026-01-13');
  });
});

describe('intervalsProblem', () => {
  it.each<[string, Interval[], RegExp | undefined]>([
    ['closed', [], undefined],
    [
      'two shifts',
      [
        { opens: '10:00', closes: '14:00' },
        { opens: '17:00', closes: '01:00' },
      ],
      undefined,
    ],
    ['no time', [{ opens: '24:00', closes: '25:00' }], /HH:MM/],
    [
      'overlap',
      [
        { opens: '10:00', closes: '14:00' },
        { opens: '13:00', closes: '15:00' },
      ],
      /overlap/,
    ],
    [
      'past midnight in between',
      [
        { opens: '10:00', closes: '02:00' },
        { opens: '13:00', closes: '15:00' },
      ],
      /past midnight/,
    ],
    ['too many', Array.from({ length: 5 }, (_, n) => ({ opens: `1${n}:00`, closes: `1${n}:30` })), /at most 4/],
  ])('%s', (_name, intervals, problem) => {
    if (problem) expect(intervalsProblem(intervals)).toMatch(problem);
    else expect(intervalsProblem(intervals)).toBeUndefined();
  });
});
