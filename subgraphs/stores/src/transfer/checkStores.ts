import { IANAZone } from 'luxon';
import { isCountry } from '#platform/domain/isCountry.ts';
import type { RowProblem } from '#platform/transfer/transfer.ts';
import * as field from '#schema/import/fields.ts';
import type { ImportRows } from '#schema/import/tables.ts';
import type { Stores } from '../context.ts';
import { isCurrency } from '../currency.ts';
import { holidayRegionsOf } from '../holidays.ts';
import { intervalsProblem } from '../openingHours.ts';
import { weekdays } from '../weekdays.ts';
import { dayOf, grouped, holidayOf, intervalsOfRows, ratesByRegime, weekOfRows } from './rows.ts';

/** What is wrong with rows of stores, of their taxes and of their hours. */
export async function checkStores(domain: Stores, tables: ImportRows): Promise<RowProblem[]> {
  return [
    ...countryProblems(tables),
    ...(await storeProblems(domain, tables)),
    ...hoursProblems(tables),
    ...dayProblems('openingExceptions', tables.openingExceptions ?? [], dayOf),
    ...dayProblems('holidayHours', tables.holidayHours ?? [], holidayOf),
  ];
}

const countryProblems = ({ countries = [] }: ImportRows): RowProblem[] =>
  countries.flatMap(({ country, currency }, row): RowProblem[] => [
    ...(isCountry(country)
      ? []
      : [
          {
            table: 'countries',
            row,
            column: 'country',
            message: `there is no country ${country}: write its code of ISO 3166-1, such as DE`,
          },
        ]),
    ...(isCurrency(currency)
      ? []
      : [
          {
            table: 'countries',
            row,
            column: 'currency',
            message: `there is no currency ${currency}: write its code of ISO 4217, such as EUR`,
          },
        ]),
  ]);

const regionsOf = (country: string): string[] => holidayRegionsOf(country).map(({ code }) => code);

async function storeProblems(domain: Stores, tables: ImportRows): Promise<RowProblem[]> {
  const { stores = [], countries = [], taxRegimes = [] } = tables;
  const known = await domain.db.store.findMany({ select: { id: true, country: true } });
  const countryOf = new Map(known.map(({ id, country }) => [id, country]));
  const rates = ratesByRegime(tables);
  const currencies = new Map(countries.map(({ country, currency }) => [country, currency]));
  return stores.flatMap((store, row): RowProblem[] => {
    const problem = (column: string, message: string): RowProblem => ({ table: 'stores', row, column, message });
    const before = countryOf.get(store.key);
    const missing = field.taxClass.options.flatMap((taxClass) =>
      store.services
        .filter(
          (service) =>
            !rates.get(store.taxRegime)?.some((rate) => rate.taxClass === taxClass && rate.service === service),
        )
        .map((service) => `${taxClass} in ${service}`),
    );
    return [
      ...(IANAZone.isValidZone(store.timeZone)
        ? []
        : [problem('timeZone', `there is no time zone ${store.timeZone}: write one such as Europe/Berlin`)]),
      ...(new Set(store.services).size < store.services.length ? [problem('services', 'name each service once')] : []),
      ...(!currencies.has(store.country)
        ? [problem('country', `countries has no row for ${store.country}: add one, with its currency`)]
        : []),
      ...(store.holidayRegion !== undefined && !regionsOf(store.country).includes(store.holidayRegion)
        ? [
            problem(
              'holidayRegion',
              `no region ${store.holidayRegion} of ${store.country} has holidays of its own: write one of ${regionsOf(store.country).join(', ') || 'none'}`,
            ),
          ]
        : []),
      ...(before !== undefined && before !== store.country
        ? [
            problem(
              'country',
              `it stands in ${before}: a store cannot move to another country, so give a new one a new key`,
            ),
          ]
        : []),
      ...(missing.length > 0 && taxRegimes.some(({ key }) => key === store.taxRegime)
        ? [problem('taxRegime', `taxRates has no rate of ${store.taxRegime} for ${missing.join(', ')}: add it`)]
        : []),
    ];
  });
}

function hoursProblems({ openingHours = [] }: ImportRows): RowProblem[] {
  const rowOf = new Map(openingHours.map((row, index) => [row, index]));
  return [...grouped(openingHours, ({ store }) => store)].flatMap(([, rows]) =>
    weekOfRows(rows).flatMap((intervals, day): RowProblem[] => {
      const message = intervalsProblem(intervals);
      const last = rows.findLast(({ weekday }) => weekday === weekdays[day]);
      return message && last ? [{ table: 'openingHours', row: rowOf.get(last)!, column: 'opens', message }] : [];
    }),
  );
}

interface Day {
  readonly opens?: string | undefined;
  readonly closes?: string | undefined;
}

/** What is wrong with days, each of which has a row for each of its intervals, or one without times. */
function dayProblems<R extends Day>(table: string, all: readonly R[], keyOf: (row: R) => string): RowProblem[] {
  const rowOf = new Map(all.map((row, index) => [row, index]));
  return [...grouped(all, keyOf).values()].flatMap((rows): RowProblem[] => {
    const at = { table, row: rowOf.get(rows.at(-1)!)! };
    if (rows.some(({ opens, closes }) => (opens === undefined) !== (closes === undefined)))
      return [{ ...at, column: 'closes', message: 'give both times, or none for a day that is closed' }];
    if (rows.length > 1 && rows.some(({ opens }) => opens === undefined))
      return [
        { ...at, column: 'opens', message: 'the day is closed by one row and open by another: keep one of them' },
      ];
    const message = intervalsProblem(intervalsOfRows(rows));
    return message ? [{ ...at, column: 'opens', message }] : [];
  });
}
