import { seedStores, type SeedStore } from '#schema/seed/stores.ts';
import type { Prisma } from '#generated/stores/prisma/client.ts';
import type { Stores } from './context.ts';
import type { Interval } from './openingHours.ts';
import type { TaxRateRow } from './store.ts';

const allServices = ['DINE_IN', 'TAKEAWAY', 'DELIVERY', 'KIOSK'];

/**
 * Tax rates in hundredths of a percent, by service in the order of `allServices`; simplified from the law of each
 * country. A KIOSK order is eaten in the restaurant, so its rates are those of DINE_IN.
 */
const regimes: Record<
  SeedStore['country'],
  { inclusive: boolean; rounding: 'PER_LINE' | 'PER_RATE'; rates: Record<string, readonly number[]> }
> = {
  DE: {
    inclusive: true,
    rounding: 'PER_LINE',
    rates: { FOOD: [1900, 700, 700, 1900], BEVERAGE: [1900, 1900, 1900, 1900], ALCOHOL: [1900, 1900, 1900, 1900] },
  },
  GB: {
    inclusive: true,
    rounding: 'PER_LINE',
    rates: { FOOD: [2000, 2000, 2000, 2000], BEVERAGE: [2000, 2000, 2000, 2000], ALCOHOL: [2000, 2000, 2000, 2000] },
  },
  US: {
    inclusive: false,
    rounding: 'PER_LINE',
    rates: { FOOD: [825, 825, 825, 825], BEVERAGE: [825, 825, 825, 825], ALCOHOL: [1025, 1025, 1025, 1025] },
  },
  // A qualified invoice states the tax of each rate, rounded once for the invoice: docs/running-a-chain.md.
  JP: {
    inclusive: true,
    rounding: 'PER_RATE',
    rates: { FOOD: [1000, 800, 800, 1000], BEVERAGE: [1000, 800, 800, 1000], ALCOHOL: [1000, 1000, 1000, 1000] },
  },
};

const ratesOf = (country: SeedStore['country']): TaxRateRow[] =>
  Object.entries(regimes[country].rates).flatMap(([taxClass, rates]) =>
    allServices.map((service, index) => ({ taxClass, service, basisPoints: rates[index]! })),
  );

/**
 * Store 1 never closes, so that a first order works at any hour; every other store has one of four patterns of
 * opening hours.
 */
function weekOf(n: number): Interval[][] {
  if (n === 1) return Array.from({ length: 7 }, () => [{ opens: '00:00', closes: '00:00' }]);
  const usual = [
    [{ opens: '10:00', closes: '22:00' }],
    [
      { opens: '11:00', closes: '14:30' },
      { opens: '17:00', closes: '23:00' },
    ],
    [{ opens: '08:00', closes: '00:00' }],
    [{ opens: '11:00', closes: '02:00' }],
  ][n % 4]!;
  const sunday = n % 3 === 0 ? [] : [{ opens: '12:00', closes: '20:00' }];
  return [...Array.from({ length: 6 }, () => usual), sunday];
}

const rowOf = (store: SeedStore): Prisma.StoreCreateManyInput => ({
  id: store.id,
  name: `Dr. Burger ${store.city}`,
  street:
    store.country === 'US' || store.country === 'GB'
      ? `${store.houseNumber} ${store.street}`
      : `${store.street} ${store.houseNumber}`,
  city: store.city,
  postalCode: store.postalCode,
  country: store.country,
  latitude: store.latitude,
  longitude: store.longitude,
  timeZone: store.timeZone,
  currency: store.currency,
  exponent: store.exponent,
  services: store.n === 1 ? allServices : allServices.filter((service) => service !== 'DELIVERY' || store.n % 5 !== 0),
  taxInclusive: regimes[store.country].inclusive,
  taxRounding: regimes[store.country].rounding,
  taxRates: ratesOf(store.country) as unknown as Prisma.InputJsonValue,
  week: weekOf(store.n) as unknown as Prisma.InputJsonValue,
  maxOpenOrders: store.n === 1 ? 500 : 40,
});

export async function seed(domain: Stores): Promise<void> {
  await domain.db.store.createMany({ data: seedStores.map(rowOf), skipDuplicates: true });
  await domain.db.openingException.createMany({
    data: seedStores
      .filter(({ n }) => n !== 1)
      .map(({ id, country }) => ({
        storeId: id,
        date: country === 'US' ? '2026-11-26' : '2026-12-25',
        intervals: [],
        note: country === 'US' ? 'Thanksgiving' : 'Christmas',
      })),
    skipDuplicates: true,
  });
}
