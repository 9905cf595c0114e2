import type { ImportRows, Row } from '#schema/import/tables.ts';
import type { Stores } from '../context.ts';
import { intervalsOf, taxRatesOf, weekOf, type StoreRow } from '../store.ts';
import { weekdays } from '../weekdays.ts';
import { grouped } from './rows.ts';

type Regime = Pick<Row<'taxRegimes'>, 'inclusive' | 'rounding'>;

const regimeOf = (store: StoreRow): Regime => ({
  inclusive: store.taxInclusive,
  rounding: store.taxRounding as Regime['rounding'],
});

/** Stores that are taxed alike share a regime, which is called after their country: `de`, `us-2`. */
function regimesOf(stores: readonly StoreRow[]): { name: string; stores: StoreRow[] }[] {
  const alike = grouped(stores, (store) => JSON.stringify([store.country, regimeOf(store), taxRatesOf(store)]));
  const count = new Map<string, number>();
  return [...alike.values()].map((members) => {
    const country = members[0]!.country.toLowerCase();
    const n = (count.get(country) ?? 0) + 1;
    count.set(country, n);
    return { name: n === 1 ? country : `${country}-${n}`, stores: members };
  });
}

/** All stores, as rows. */
export async function readStores(domain: Stores): Promise<ImportRows> {
  const stores = await domain.db.store.findMany({
    orderBy: [{ country: 'asc' }, { name: 'asc' }, { id: 'asc' }],
    include: { exceptions: { orderBy: { date: 'asc' } }, holidayHours: { orderBy: { holiday: 'asc' } } },
  });
  const regimes = regimesOf(stores);
  const regimeByStore = new Map(regimes.flatMap(({ name, stores: members }) => members.map(({ id }) => [id, name])));
  return {
    countries: [...new Map(stores.map(({ country, currency }) => [country, { country, currency }])).values()],
    taxRegimes: regimes.map(({ name, stores: [first] }) => ({ key: name, ...regimeOf(first!) })),
    taxRates: regimes.flatMap(({ name, stores: [first] }) =>
      taxRatesOf(first!).map((rate) => ({ regime: name, ...(rate as Omit<Row<'taxRates'>, 'regime'>) })),
    ),
    stores: stores.map((store) => rowOf(store, regimeByStore.get(store.id)!)),
    openingHours: stores.flatMap((store) =>
      weekOf(store).flatMap((intervals, day) =>
        intervals.map(({ opens, closes }) => ({ store: store.id, weekday: weekdays[day]!, opens, closes })),
      ),
    ),
    openingExceptions: stores.flatMap((store) =>
      store.exceptions.flatMap((exception) => {
        const { date, note } = exception;
        return timesOf(exception).map((times) => ({ store: store.id, date, ...times, note: note ?? undefined }));
      }),
    ),
    holidayHours: stores.flatMap((store) =>
      store.holidayHours.flatMap((each) =>
        timesOf(each).map((times) => ({ store: store.id, holiday: each.holiday, ...times })),
      ),
    ),
  };
}

/** A row for each interval; a day that is closed has one without times. */
function timesOf(day: Parameters<typeof intervalsOf>[0]): { opens: string | undefined; closes: string | undefined }[] {
  const intervals = intervalsOf(day);
  return intervals.length > 0
    ? intervals.map(({ opens, closes }) => ({ opens, closes }))
    : [{ opens: undefined, closes: undefined }];
}

const rowOf = (store: StoreRow, taxRegime: string): Row<'stores'> => ({
  key: store.id,
  name: store.name,
  street: store.street,
  city: store.city,
  postalCode: store.postalCode ?? undefined,
  country: store.country,
  latitude: store.latitude,
  longitude: store.longitude,
  timeZone: store.timeZone,
  services: store.services as Row<'stores'>['services'],
  taxRegime,
  maxOpenOrders: store.maxOpenOrders,
  holidayRegion: store.holidayRegion ?? undefined,
  closed: store.closedAt !== null,
});
