import { readChain } from './chain.ts';

/** A restaurant of the seeded chain, with the position and time zone of a real city and an invented street. */
export interface SeedStore {
  readonly id: string;
  /** Number of the store, from 1. Store 1 is in Berlin. */
  readonly n: number;
  readonly city: string;
  /** Without the number of the house. */
  readonly street: string;
  /** A postal code in the country's format, but an invented one. */
  readonly postalCode: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: SeedCountry;
  /** Degrees north and east, WGS 84: the city's centre, moved by at most about 1 km. */
  readonly latitude: number;
  readonly longitude: number;
  /** IANA name. */
  readonly timeZone: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Minor digits of the currency. */
  readonly exponent: number;
}

/** The countries of the seeded chain. */
export type SeedCountry = 'DE' | 'GB' | 'US' | 'JP';

const { rows, keyOf } = readChain(['countries', 'taxRegimes', 'stores']);

const exponentOf = (currency: string): number => (currency === 'JPY' ? 0 : 2);

/** The four countries, in the order in which stores are counted. */
export const seedCountries = Object.fromEntries(
  rows.countries.map(({ country, currency }) => [country, { currency, exponent: exponentOf(currency) }]),
) as Readonly<Record<SeedCountry, { readonly currency: string; readonly exponent: number }>>;

/** 208 stores: the 52 largest cities of each of Germany, Great Britain, the United States and Japan, largest first. */
export const seedStores: readonly SeedStore[] = rows.stores.map((store) => {
  const country = store.country as SeedCountry;
  return {
    id: store.key,
    n: Number(keyOf(store.key)),
    city: store.city,
    street: store.street.replace(/^\d+ | \d+$/, ''),
    postalCode: store.postalCode!,
    country,
    latitude: store.latitude,
    longitude: store.longitude,
    timeZone: store.timeZone,
    ...seedCountries[country],
  };
});
