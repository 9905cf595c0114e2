import type { OpeningException, Store } from '#generated/stores/prisma/client.ts';
import { openingAt, type Hours, type Interval, type Opening } from './openingHours.ts';

/** A row of a store together with the days whose hours differ from its usual week. */
export type StoreRow = Store & { readonly exceptions: readonly OpeningException[] };

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

export const intervalsOf = (exception: OpeningException): Interval[] => exception.intervals as unknown as Interval[];

export const hoursOf = (store: StoreRow): Hours => ({
  timeZone: store.timeZone,
  week: weekOf(store),
  exceptions: new Map(store.exceptions.map((exception) => [exception.date, intervalsOf(exception)])),
});

/** Whether the store is open at an instant, by its own time zone. */
export const openingOf = (store: StoreRow, now: Date): Opening =>
  store.closedAt ? { open: false, closesAt: null, nextOpening: null } : openingAt(hoursOf(store), now);

/** Its staff has not paused it, and it is not closed for good. */
export const acceptsOrders = (store: StoreRow): boolean => store.accepting && store.closedAt === null;
