import type { SqlTx } from '#platform/events/sqlTx.ts';
import type { NewEvent } from '#platform/events/defineEvent.ts';
import { upsertRows } from '#platform/postgres/upsertRows.ts';
import { inBatches, type Tally, type TransferRun } from '#platform/transfer/transfer.ts';
import { StoreClosed, StoreDetailsChanged, StoreHoursChanged, StoreOpened } from '#schema/events/stores.ts';
import type { ImportRows, Row } from '#schema/import/tables.ts';
import type { Stores } from '../context.ts';
import { exponentOf } from '../currency.ts';
import { dayOf, grouped, holidayOf, intervalsOfRows, ratesByRegime, weekOfRows } from './rows.ts';

const storesPerBatch = 250;

/** Writes stores by batches, each with its hours, and tells of each what changed. */
export async function writeStores(domain: Stores, tables: ImportRows, run: TransferRun): Promise<Tally[]> {
  const { stores = [], openingHours = [], openingExceptions = [], holidayHours = [], countries = [] } = tables;
  const plan = {
    rows: new Map(stores.map((row) => [row.key, row])),
    hours: grouped(openingHours, ({ store }) => store),
    exceptions: grouped(openingExceptions, ({ store }) => store),
    holidays: grouped(holidayHours, ({ store }) => store),
    currencies: new Map(countries.map(({ country, currency }) => [country, currency])),
    tables,
  };
  const ids = [
    ...new Set([...plan.rows.keys(), ...plan.hours.keys(), ...plan.exceptions.keys(), ...plan.holidays.keys()]),
  ];
  const totals = { stores: [0, 0], openingHours: [0, 0], openingExceptions: [0, 0], holidayHours: [0, 0] };
  for (const [index, batch] of inBatches(ids, storesPerBatch).entries()) {
    const first = index * storesPerBatch + 1;
    const done = await run.batch(`stores ${first} to ${first + batch.length - 1} of ${ids.length}`, (tx) =>
      writeBatch(domain, tx, batch, plan),
    );
    for (const table of Object.keys(totals) as (keyof typeof totals)[])
      totals[table] = [totals[table][0]! + done[table][0], totals[table][1]! + done[table][1]];
  }
  const tally = (table: keyof typeof totals, count: number): Tally => {
    const [created = 0, changed = 0] = totals[table];
    return { table, created, changed, unchanged: count - created - changed };
  };
  return [
    ...(tables.stores ? [tally('stores', stores.length)] : []),
    ...(tables.openingHours ? [tally('openingHours', plan.hours.size)] : []),
    ...(tables.openingExceptions ? [tally('openingExceptions', grouped(openingExceptions, dayOf).size)] : []),
    ...(tables.holidayHours ? [tally('holidayHours', grouped(holidayHours, holidayOf).size)] : []),
  ];
}

interface Plan {
  readonly rows: ReadonlyMap<string, Row<'stores'>>;
  readonly hours: ReadonlyMap<string, readonly Row<'openingHours'>[]>;
  readonly exceptions: ReadonlyMap<string, readonly Row<'openingExceptions'>[]>;
  readonly holidays: ReadonlyMap<string, readonly Row<'holidayHours'>[]>;
  readonly currencies: ReadonlyMap<string, string>;
  readonly tables: ImportRows;
}

type Counts = Record<
  'stores' | 'openingHours' | 'openingExceptions' | 'holidayHours',
  [created: number, changed: number]
>;

async function writeBatch(domain: Stores, tx: SqlTx, ids: readonly string[], plan: Plan): Promise<Counts> {
  const now = domain.clock();
  const details = await writeDetails(
    tx,
    ids.flatMap((id) => plan.rows.get(id) ?? []),
    plan,
    now,
  );
  const weeks = await writeWeeks(tx, ids, plan);
  const days = await writeDays(tx, ids, plan);
  const holidays = await writeHolidays(tx, ids, plan);
  const at = now.toISOString();
  const created = new Set(details.created);
  const opened = details.created.map((storeId): NewEvent => {
    const { country } = plan.rows.get(storeId)!;
    return StoreOpened.of({ storeId, country, currency: currencyOf(plan, country), at });
  });
  const otherHours = new Set([...weeks, ...days.stores, ...holidays.stores].filter((id) => !created.has(id)));
  const byStore = grouped(
    [
      ...opened,
      ...details.changed.map((storeId) => StoreDetailsChanged.of({ storeId, at })),
      ...details.closed.map((storeId) => StoreClosed.of({ storeId, at })),
      ...[...otherHours].map((storeId) => StoreHoursChanged.of({ storeId, at })),
    ],
    ({ data }) => (data as { storeId: string }).storeId,
  );
  await domain.events.appendAll(
    tx,
    [...byStore.values()].map((events) => ({ expectedVersion: null, events })),
  );
  const newWeeks = weeks.filter((id) => created.has(id)).length;
  return {
    stores: [details.created.length, details.changed.length],
    openingHours: [newWeeks, weeks.length - newWeeks],
    openingExceptions: [days.created, days.changed],
    holidayHours: [holidays.created, holidays.changed],
  };
}

const currencyOf = ({ currencies }: Plan, country: string): string => {
  const currency = currencies.get(country);
  if (currency === undefined) throw new Error(`countries has no row for ${country}`);
  return currency;
};

async function writeDetails(
  tx: SqlTx,
  stores: readonly Row<'stores'>[],
  plan: Plan,
  now: Date,
): Promise<{ created: string[]; changed: string[]; closed: string[] }> {
  const closedAt = await closings(tx, stores);
  const rates = ratesByRegime(plan.tables);
  const regimes = new Map((plan.tables.taxRegimes ?? []).map((regime) => [regime.key, regime]));
  const { created, changed } = await upsertRows<{ id: string }>(
    tx,
    {
      table: 'store',
      key: ['id'],
      columns: [
        ...['name', 'street', 'city', 'postal_code', 'country', 'latitude', 'longitude', 'time_zone', 'currency'],
        ...['exponent', 'services', 'tax_inclusive', 'tax_rounding', 'tax_rates', 'max_open_orders', 'holiday_region'],
        'closed_at',
      ],
      onInsert: ['week', 'accepting', 'version'],
      onChange: 'version = store.version + 1',
    },
    stores.map((store) => {
      const currency = currencyOf(plan, store.country);
      return {
        id: store.key,
        name: store.name,
        street: store.street,
        city: store.city,
        postal_code: store.postalCode ?? null,
        country: store.country,
        latitude: store.latitude,
        longitude: store.longitude,
        time_zone: store.timeZone,
        currency,
        exponent: exponentOf(currency),
        services: store.services,
        tax_inclusive: regimes.get(store.taxRegime)?.inclusive,
        tax_rounding: regimes.get(store.taxRegime)?.rounding,
        tax_rates: rates.get(store.taxRegime) ?? [],
        max_open_orders: store.maxOpenOrders,
        holiday_region: store.holidayRegion ?? null,
        week: weekOfRows([]),
        accepting: true,
        version: 1,
        closed_at: store.closed ? (closedAt.get(store.key) ?? now.toISOString()) : null,
      };
    }),
  );
  const newlyClosed = stores.filter(({ key, closed }) => closed && !closedAt.has(key)).map(({ key }) => key);
  return { created: created.map(({ id }) => id), changed: changed.map(({ id }) => id), closed: newlyClosed };
}

/** Since when stores are closed that are; others are missing. */
async function closings(tx: SqlTx, stores: readonly Row<'stores'>[]): Promise<Map<string, string>> {
  const rows = await tx.$queryRawUnsafe<{ id: string; at: string }[]>(
    `SELECT id::text, to_jsonb(closed_at) #>> '{}' AS at FROM store WHERE closed_at IS NOT NULL AND id = ANY ($1::uuid[])`,
    stores.map(({ key }) => key),
  );
  return new Map(rows.map(({ id, at }) => [id, at]));
}

/** @returns the stores whose week is another one now */
async function writeWeeks(tx: SqlTx, ids: readonly string[], plan: Plan): Promise<string[]> {
  const weeks = ids.flatMap((id) => {
    const rows = plan.hours.get(id);
    return rows ? [{ id, week: weekOfRows(rows) }] : [];
  });
  const changed = await tx.$queryRawUnsafe<{ id: string }[]>(
    `UPDATE store SET week = told.week, version = version + 1 FROM jsonb_to_recordset($1::jsonb) AS told (id uuid, week jsonb)
     WHERE store.id = told.id AND store.week IS DISTINCT FROM told.week RETURNING store.id::text`,
    JSON.stringify(weeks),
  );
  return changed.map(({ id }) => id);
}

async function writeDays(tx: SqlTx, ids: readonly string[], plan: Plan): Promise<Touched> {
  const days = grouped(
    ids.flatMap((id) => plan.exceptions.get(id) ?? []),
    dayOf,
  );
  const { created, changed } = await upsertRows<{ store_id: string }>(
    tx,
    { table: 'opening_exception', key: ['store_id', 'date'], columns: ['intervals', 'note'] },
    [...days.values()].map((rows) => ({
      store_id: rows[0]!.store,
      date: rows[0]!.date,
      intervals: intervalsOfRows(rows),
      note: rows.find(({ note }) => note !== undefined)?.note ?? null,
    })),
  );
  return touched(tx, created, changed);
}

async function writeHolidays(tx: SqlTx, ids: readonly string[], plan: Plan): Promise<Touched> {
  const days = grouped(
    ids.flatMap((id) => plan.holidays.get(id) ?? []),
    holidayOf,
  );
  const { created, changed } = await upsertRows<{ store_id: string }>(
    tx,
    { table: 'holiday_hours', key: ['store_id', 'holiday'], columns: ['intervals'] },
    [...days.values()].map((rows) => ({
      store_id: rows[0]!.store,
      holiday: rows[0]!.holiday,
      intervals: intervalsOfRows(rows),
    })),
  );
  return touched(tx, created, changed);
}

interface Touched {
  readonly stores: string[];
  readonly created: number;
  readonly changed: number;
}

interface OfStore {
  readonly store_id: string;
}

async function touched(tx: SqlTx, created: readonly OfStore[], changed: readonly OfStore[]): Promise<Touched> {
  const stores = [...new Set([...created, ...changed].map((row) => row.store_id))];
  await tx.$executeRawUnsafe('UPDATE store SET version = version + 1 WHERE id = ANY ($1::uuid[])', stores);
  return { stores, created: created.length, changed: changed.length };
}
