import { createRequire } from 'node:module';
import { seedId } from './seedId.ts';

/** A restaurant of the seeded chain, with the position and time zone of a real city and an invented street. */
export interface SeedStore {
  readonly id: string;
  /** Number of the store, from 1. Store 1 is in Berlin. */
  readonly n: number;
  readonly city: string;
  /** State, prefecture or county. */
  readonly province: string;
  readonly street: string;
  readonly houseNumber: string;
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

export type SeedCountry = 'DE' | 'GB' | 'US' | 'JP';

interface City {
  readonly city: string;
  readonly lat: number;
  readonly lng: number;
  readonly pop: number;
  readonly iso2: string;
  readonly province: string;
  readonly timezone: string;
}

// The package is CommonJS without an ESM entry, and its typings name a default export that Node does not give it.
const { cityMapping } = createRequire(import.meta.url)('city-timezones') as { cityMapping: readonly City[] };

const STORES_PER_COUNTRY = 52;

interface CountryTerms {
  readonly currency: string;
  readonly exponent: number;
  readonly streets: readonly string[];
  readonly postalCode: (n: number) => string;
}

const digits = (n: number, length: number): string => String(n).padStart(length, '0').slice(-length);

/** The four countries, in the order in which stores are counted. */
export const seedCountries: Readonly<Record<SeedCountry, CountryTerms>> = {
  DE: {
    currency: 'EUR',
    exponent: 2,
    streets: [
      'Hauptstraße',
      'Bahnhofstraße',
      'Marktplatz',
      'Schillerstraße',
      'Lindenallee',
      'Am Rathaus',
      'Goethestraße',
    ],
    postalCode: (n) => digits(10_117 + n * 1_371, 5),
  },
  GB: {
    currency: 'GBP',
    exponent: 2,
    streets: [
      'High Street',
      'Station Road',
      'Market Street',
      'Church Lane',
      'Victoria Road',
      'King Street',
      'Mill Lane',
    ],
    postalCode: (n) => `DB${(n % 20) + 1} ${(n * 7) % 10}BX`,
  },
  US: {
    currency: 'USD',
    exponent: 2,
    streets: ['Main Street', 'Broadway', 'Park Avenue', 'Washington Street', 'Lake Drive', '2nd Street', 'Oak Street'],
    postalCode: (n) => digits(10_001 + n * 1_613, 5),
  },
  JP: {
    currency: 'JPY',
    exponent: 0,
    streets: ['Ekimae-dōri', 'Chūō-dōri', 'Honmachi', 'Sakura-dōri', 'Minami-machi', 'Ōdōri', 'Kita-machi'],
    postalCode: (n) => `${digits(100 + n * 3, 3)}-${digits(n * 37, 4)}`,
  },
};

/** A number from 0 to below `range` that depends on the store's id alone. */
const varied = (id: string, offset: number, range: number): number =>
  Number.parseInt(id.slice(24 + offset, 28 + offset), 16) % range;

function seedStore(country: SeedCountry, city: City, n: number): SeedStore {
  const terms = seedCountries[country];
  const id = seedId('store', n);
  const moved = (offset: number): number => (varied(id, offset, 1_601) - 800) / 100_000;
  return {
    id,
    n,
    city: city.city,
    province: city.province,
    street: terms.streets[varied(id, 0, terms.streets.length)]!,
    houseNumber: String(1 + varied(id, 4, 120)),
    postalCode: terms.postalCode(n),
    country,
    latitude: Number((city.lat + moved(0)).toFixed(5)),
    longitude: Number((city.lng + moved(4)).toFixed(5)),
    timeZone: city.timezone,
    currency: terms.currency,
    exponent: terms.exponent,
  };
}

/** 208 stores: the 52 largest cities of each of Germany, Great Britain, the United States and Japan, largest first. */
export const seedStores: readonly SeedStore[] = (Object.keys(seedCountries) as SeedCountry[])
  .flatMap((country) =>
    cityMapping
      .filter((city) => city.iso2 === country)
      .sort((a, b) => b.pop - a.pop || a.city.localeCompare(b.city, 'en'))
      .slice(0, STORES_PER_COUNTRY)
      .map((city) => ({ country, city })),
  )
  .map(({ country, city }, index) => seedStore(country, city, index + 1));
