import type pg from 'pg';
import { Prisma, type HolidayHours, type OpeningException, type Store } from '#generated/stores/prisma/client.ts';
import { selectColumns } from '#platform/postgres/selectColumns.ts';
import { holidaysFrom } from './holidays.ts';
import { localDate, openingAt, type Hours, type Interval, type Opening } from './openingHours.ts';

/** A row of a store together with the days and the holidays whose hours differ from its usual week. */
export type StoreRow = Store & {
  readonly exceptions: readonly OpeningException[];
  readonly holidayHours: readonly HolidayHours[];
};

/** What is to be read with the row of a store to have a `StoreRow`. */
export const withDays = { exceptions: true, holidayHours: true } as const;

const daysOf = (table: string, fields: Readonly<Record<string, string>>) =>
  `(select coalesce(json_agg(day), '[]') from (select ${selectColumns(fields)} from ${table} where store_id = store.id) as day)`;

const byIds = `select ${selectColumns(Prisma.StoreScalarFieldEnum)},
    ${daysOf('opening_exception', Prisma.OpeningExceptionScalarFieldEnum)} as exceptions,
    ${daysOf('holiday_hours', Prisma.HolidayHoursScalarFieldEnum)} as "holidayHours"
  from store where id = any(array(select unnest($1::uuid[])))`;

/** Reads stores by one statement, since each order asks for its store several times. */
export async function readStores(db: Pick<pg.Pool, 'query'>, ids: readonly string[]): Promise<StoreRow[]> {
  return (await db.query<StoreRow>(byIds, [ids])).rows;
}

export interface NearbyRow {
  readonly store: StoreRow;
  readonly distanceMetres: number;
}

export interface TaxRateRow {
  readonly taxClass: string;
  readonly service: string;
  readonly basisPoints: number;
}

export const taxRatesOf = (store: StoreRow): TaxRateRow[] => store.taxRates as unknown as TaxRateRow[];

export const weekOf = (store: StoreRow): Interval[][] => store.week as unknown as Interval[][];

export const intervalsOf = ({ intervals }: Pick<OpeningException, 'intervals'>): Interval[] =>
  intervals as unknown as Interval[];

export interface DifferentDay {
  readonly date: string;
  readonly intervals: readonly Interval[];
  readonly note: string | null;
}

/**
 * The days from `from` (`YYYY-MM-DD`) on, for a year, whose hours differ from the usual week, by their dates: those
 * that staff set one by one, and holidays on which the store does something else. What was set for the very day wins.
 */
export function differentDays(store: StoreRow, from: string): DifferentDay[] {
  const hours = new Map(store.holidayHours.map((each) => [each.holiday, intervalsOf(each)]));
  const days = new Map<string, DifferentDay>();
  if (hours.size > 0)
    for (const { holiday, date, localName } of holidaysFrom(store, from)) {
      const intervals = hours.get(holiday);
      if (intervals) days.set(date, { date, intervals, note: localName });
    }
  for (const exception of store.exceptions) {
    const { date, note } = exception;
    if (date >= from) days.set(date, { date, intervals: intervalsOf(exception), note });
  }
  return [...days.values()].sort((a, b) => (a.date < b.date ? -1 : 1));
}

const dayMs = 24 * 3_600_000;

const hoursOf = (store: StoreRow, now: Date): Hours => ({
  timeZone: store.timeZone,
  week: weekOf(store),
  // From yesterday on, since its hours may last past midnight.
  exceptions: new Map(
    differentDays(store, localDate(store.timeZone, new Date(now.getTime() - dayMs))).map(({ date, intervals }) => [
      date,
      intervals,
    ]),
  ),
});

/** Whether the store is open at an instant, by its own time zone. */
export const openingOf = (store: StoreRow, now: Date): Opening =>
  store.closedAt ? { open: false, closesAt: null, nextOpening: null } : openingAt(hoursOf(store, now), now);

/** Its staff has not paused it, and it is not closed for good. */
export const acceptsOrders = (store: StoreRow): boolean => store.accepting && store.closedAt === null;
