import { service, taxClass } from '#schema/import/fields.ts';
import type { ImportRows, Row } from '#schema/import/tables.ts';
import type { Interval } from '../openingHours.ts';
import type { TaxRateRow } from '../store.ts';
import { weekdays } from '../weekdays.ts';

const byOpening = (a: Interval, b: Interval): number => (a.opens < b.opens ? -1 : 1);

/** Rows that share what `keyOf` says of them, in their order. */
export function grouped<R>(rows: readonly R[], keyOf: (row: R) => string): Map<string, R[]> {
  const groups = new Map<string, R[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}

/** Seven lists of intervals, Monday first. */
export const weekOfRows = (rows: readonly Row<'openingHours'>[]): Interval[][] =>
  weekdays.map((weekday) =>
    rows
      .filter((row) => row.weekday === weekday)
      .map(({ opens, closes }) => ({ opens, closes }))
      .sort(byOpening),
  );

/** The intervals of a day; a row without times says that it is closed. */
export const intervalsOfRows = (rows: readonly Pick<Row<'holidayHours'>, 'opens' | 'closes'>[]): Interval[] =>
  rows
    .flatMap(({ opens, closes }) => (opens !== undefined && closes !== undefined ? [{ opens, closes }] : []))
    .sort(byOpening);

/** The rates of each regime, in an order of their own: in whatever order the file has them, the store is the same. */
export const ratesByRegime = ({ taxRates = [] }: ImportRows): Map<string, TaxRateRow[]> =>
  new Map(
    [...grouped(taxRates, ({ regime }) => regime)].map(([regime, rows]) => [
      regime,
      taxClass.options.flatMap((each) =>
        service.options.flatMap((one) =>
          rows
            .filter((row) => row.taxClass === each && row.service === one)
            .map(({ basisPoints }) => ({ taxClass: each, service: one, basisPoints })),
        ),
      ),
    ]),
  );

export const dayOf = ({ store, date }: Row<'openingExceptions'>): string => `${store} ${date}`;

export const holidayOf = ({ store, holiday }: Row<'holidayHours'>): string => `${store} ${holiday}`;
