import Holidays from 'date-holidays';
import { DateTime } from 'luxon';
import type { HolidayPlan } from '#generated/stores/resolvers.ts';
import type { Interval } from './openingHours.ts';

export interface Holiday {
  /** Its English name, which identifies it in every year: the rules behind it are written anew now and then. */
  readonly holiday: string;
  /** Local calendar day, YYYY-MM-DD. */
  readonly date: string;
  readonly names: Readonly<Record<'EN' | 'DE', string>>;
  /** Its name in a language of the country. */
  readonly localName: string;
}

export interface PlannedHoliday extends Holiday {
  readonly plan: HolidayPlan;
  readonly intervals: Interval[];
  readonly overruled: boolean;
}

interface Place {
  readonly country: string;
  readonly holidayRegion: string | null;
}

const dayMs = 24 * 3_600_000;

/** There is an entry for each place at which stores stand, for this year and the next. */
const known = new Map<string, readonly Holiday[]>();

function holidaysOf({ country, holidayRegion }: Place, year: number): readonly Holiday[] {
  const key = `${country} ${holidayRegion ?? ''} ${year}`;
  const found = known.get(key) ?? computed({ country, holidayRegion }, year);
  known.set(key, found);
  return found;
}

function computed({ country, holidayRegion }: Place, year: number): Holiday[] {
  const calendar = holidayRegion === null ? new Holidays(country) : new Holidays(country, holidayRegion);
  // Entries come in the same order in each language.
  const [local, english, german] = [undefined, 'en', 'de'].map((language) => calendar.getHolidays(year, language));
  return local!.flatMap(({ type, date, name: localName, start, end }, index) => {
    if (type !== 'public') return [];
    const names = { EN: english![index]!.name, DE: german![index]!.name };
    const first = DateTime.fromISO(date.slice(0, 10));
    const days = Math.max(1, Math.round((end.getTime() - start.getTime()) / dayMs));
    return Array.from({ length: days }, (_, day) => ({
      holiday: names.EN,
      date: first.plus({ days: day }).toISODate()!,
      names,
      localName,
    }));
  });
}

/** The public holidays at a place from a day (`YYYY-MM-DD`) on, for a year, by their dates. */
export function holidaysFrom(place: Place, from: string): Holiday[] {
  const year = Number(from.slice(0, 4));
  const until = `${year + 1}${from.slice(4)}`;
  return [...holidaysOf(place, year), ...holidaysOf(place, year + 1)]
    .filter(({ date }) => date >= from && date < until)
    .sort((a, b) => (a.date < b.date ? -1 : 1));
}

/** The regions of a country that have holidays of their own. */
export const holidayRegionsOf = (country: string): { code: string; name: string }[] =>
  Object.entries(new Holidays().getStates(country) ?? {})
    .map(([code, name]) => ({ code, name }))
    .sort((a, b) => a.name.localeCompare(b.name));
