import { describe, expect, it } from 'vitest';
import { holidayRegionsOf, holidaysFrom } from './holidays.ts';

const datesOf = (country: string, holidayRegion: string | null, from: string, named: string) =>
  holidaysFrom({ country, holidayRegion }, from)
    .filter(({ holiday }) => holiday === named)
    .map(({ date }) => date);

describe('public holidays', () => {
  it.each([
    ['DE', null, '2026-03-01', 'Good Friday', ['2026-04-03']],
    ['DE', null, '2026-12-24', 'Christmas Day', ['2026-12-25']],
    ['DE', null, '2026-12-25', 'Christmas Day', ['2026-12-25']],
    ['DE', null, '2026-12-26', 'Christmas Day', ['2027-12-25']],
    ['DE', null, '2026-01-01', 'Epiphany', []],
    ['DE', 'BY', '2026-01-01', 'Epiphany', ['2026-01-06']],
    ['US', null, '2026-11-01', 'Thanksgiving Day', ['2026-11-26']],
    ['GB', null, '2027-12-01', 'Christmas Day (substitute day)', ['2027-12-27']],
    ['JP', null, '2027-01-01', 'Coming of Age Day', ['2027-01-11']],
    ['QQ', null, '2026-01-01', 'Christmas Day', []],
  ])('of %s %s from %s on: %s', (country, region, from, named, dates) => {
    expect(datesOf(country, region, from, named)).toEqual(dates);
  });

  it('have names in the languages of the graph, and one of the country', () => {
    const [first] = holidaysFrom({ country: 'DE', holidayRegion: null }, '2026-12-25');
    expect(first).toMatchObject({
      names: { EN: 'Christmas Day', DE: '1. Weihnachtstag' },
      localName: '1. Weihnachtstag',
    });
    const all = ['DE', 'GB', 'JP', 'US'].flatMap((country) =>
      holidaysFrom({ country, holidayRegion: null }, '2026-01-01'),
    );
    for (const { date, names } of all)
      expect([date, names.EN, names.DE]).toEqual([
        expect.stringMatching(/^202[67]-/),
        expect.any(String),
        expect.any(String),
      ]);
    expect(all.length).toBeGreaterThan(40);
  });

  it('are those of a year, each day once for each holiday', () => {
    const all = holidaysFrom({ country: 'DE', holidayRegion: 'BY' }, '2026-06-01');
    expect(all.map(({ date }) => date)).toEqual(all.map(({ date }) => date).sort());
    expect(new Set(all.map(({ holiday, date }) => `${holiday} ${date}`)).size).toBe(all.length);
    expect(all.at(-1)!.date < '2027-06-01').toBe(true);
  });

  it('differ by region where the country says so', () => {
    expect(holidayRegionsOf('DE')).toContainEqual({ code: 'BY', name: 'Bayern' });
    expect(holidayRegionsOf('QQ')).toEqual([]);
  });
});
