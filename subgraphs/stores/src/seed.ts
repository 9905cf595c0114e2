import { readChain } from '#schema/seed/chain.ts';
import type { Prisma } from '#generated/stores/prisma/client.ts';
import type { Stores } from './context.ts';
import { exponentOf } from './currency.ts';
import { dayOf, grouped, holidayOf, intervalsOfRows, ratesByRegime, weekOfRows } from './transfer/rows.ts';

/** Seeds the stores of `schema/seed/chain`, in their first version and without an event: nobody follows them yet. */
export async function seed(domain: Stores): Promise<void> {
  const { rows } = readChain([
    'countries',
    'taxRegimes',
    'taxRates',
    'stores',
    'openingHours',
    'openingExceptions',
    'holidayHours',
  ]);
  const currencies = new Map(rows.countries.map(({ country, currency }) => [country, currency]));
  const regimes = new Map(rows.taxRegimes.map((regime) => [regime.key, regime]));
  const rates = ratesByRegime(rows);
  const hours = grouped(rows.openingHours, ({ store }) => store);
  await domain.db.store.createMany({
    data: rows.stores.map(({ key, taxRegime, closed: _closed, ...store }): Prisma.StoreCreateManyInput => {
      const currency = currencies.get(store.country)!;
      const { inclusive, rounding } = regimes.get(taxRegime)!;
      return {
        id: key,
        ...store,
        currency,
        exponent: exponentOf(currency),
        taxInclusive: inclusive,
        taxRounding: rounding,
        taxRates: (rates.get(taxRegime) ?? []) as unknown as Prisma.InputJsonValue,
        week: weekOfRows(hours.get(key) ?? []) as unknown as Prisma.InputJsonValue,
      };
    }),
    skipDuplicates: true,
  });
  await domain.db.openingException.createMany({
    data: [...grouped(rows.openingExceptions, dayOf).values()].map((day) => ({
      storeId: day[0]!.store,
      date: day[0]!.date,
      intervals: intervalsOfRows(day) as unknown as Prisma.InputJsonValue,
      note: day[0]!.note ?? null,
    })),
    skipDuplicates: true,
  });
  await domain.db.holidayHours.createMany({
    data: [...grouped(rows.holidayHours, holidayOf).values()].map((day) => ({
      storeId: day[0]!.store,
      holiday: day[0]!.holiday,
      intervals: intervalsOfRows(day) as unknown as Prisma.InputJsonValue,
    })),
    skipDuplicates: true,
  });
}
