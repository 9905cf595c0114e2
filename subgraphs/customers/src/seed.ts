import { seedId } from '#schema/seed/seedId.ts';
import { seedStores, type SeedStore } from '#schema/seed/stores.ts';
import type { Prisma } from '#generated/customers/prisma/client.ts';
import type { Allergen, Diet } from '#generated/customers/resolvers.ts';
import { keyringOf } from '#platform/pii/domainKeyring.ts';
import type { AddressContent } from './address.ts';
import type { Customers } from './context.ts';
import { sealAddress, sealPreferences, sealProfile } from './customer.ts';
import { normaliseEmail, type Profile } from './profile.ts';

/** A seed that a slow machine cannot write in the time of a command would keep the system from its first start. */
const seeding = { timeoutMs: 180_000 };

const customers = 50;
const seededAt = new Date('2025-01-01T00:00:00Z');

const names: Record<
  SeedStore['country'],
  { given: readonly string[]; family: readonly string[]; phone: (n: number) => string }
> = {
  DE: {
    given: ['Mia', 'Emil', 'Lina', 'Jonas', 'Ayşe'],
    family: ['Schneider', 'Löwe', 'Yılmaz', 'Krüger'],
    phone: (n) => `+4930901820${n + 10}`,
  },
  GB: {
    given: ['Olivia', 'Harry', 'Priya', 'George'],
    family: ['Taylor', 'Patel', 'Hughes'],
    phone: (n) => `+4420794600${n + 10}`,
  },
  US: {
    given: ['Emma', 'Noah', 'Camila', 'Liam'],
    family: ['Johnson', 'Garcia', 'Nguyen'],
    phone: (n) => `+120255501${n + 10}`,
  },
  JP: { given: ['結衣', '蓮', '陽菜', '大翔'], family: ['佐藤', '鈴木', '高橋'], phone: (n) => `+8135555${n + 1_010}` },
};

/** The states of the largest cities of the United States, in the order of their stores. */
const states = [
  ...['New York', 'California', 'Illinois', 'Texas', 'Pennsylvania', 'Texas', 'Florida', 'Massachusetts', 'Michigan'],
  ...['Georgia', 'District of Columbia', 'Arizona', 'California'],
];

const pick = <Item>(list: readonly Item[], n: number): Item => list[n % list.length]!;

/**
 * The store near which a customer lives: customer 1 in Berlin, near the demo store, the others near the first stores
 * of the four countries.
 */
const homeStore = (n: number): SeedStore =>
  n === 1 ? seedStores[0]! : seedStores[((n % 4) * 52 + Math.floor(n / 4)) % seedStores.length]!;

function profileOf(n: number): Profile {
  const { country } = homeStore(n);
  const { given, family, phone } = names[country];
  return {
    givenName: n === 1 ? 'Ada' : pick(given, n),
    familyName: n === 1 ? 'Beispiel' : pick(family, n),
    email: n === 1 ? 'ada@example.com' : `customer${n}@example.com`,
    phone: n % 5 === 0 ? null : phone(n),
    birthday: n % 3 === 0 ? null : `${1960 + n}-0${1 + (n % 9)}-1${n % 9}`,
    locale: country === 'DE' ? 'DE' : 'EN',
  };
}

/**
 * One degree of latitude is 111 km: the first address lies about 2 km north of the store, the second about 1 km east.
 */
function addressesOf(n: number): AddressContent[] {
  const store = homeStore(n);
  const near = (north: number, east: number) => ({
    latitude: Number((store.latitude + north / 111_195).toFixed(6)),
    longitude: Number((store.longitude + east / (111_195 * Math.cos((store.latitude * Math.PI) / 180))).toFixed(6)),
  });
  const base = {
    line2: null,
    postalCode: store.postalCode,
    city: store.city,
    region: store.country === 'US' ? states[Math.floor(n / 4)]! : null,
    country: store.country,
  };
  const home = {
    ...base,
    label: 'Home',
    line1: `${store.street} ${n}`,
    position: near(2_000, 0),
    instructions: n % 2 ? 'Ring twice.' : null,
  };
  const work = {
    ...base,
    label: 'Work',
    line1: `${store.street} ${n + 100}`,
    line2: '3rd floor',
    position: near(0, 1_000),
    instructions: null,
  };
  return n === 1 || n % 7 === 0 ? [home, work] : [home];
}

const preferencesOf = (n: number) => ({
  diets: n % 6 === 0 ? ['VEGETARIAN' as Diet] : [],
  avoidAllergens: n % 8 === 0 ? ['NUTS' as Allergen, 'PEANUTS' as Allergen] : [],
  marketingChannel: n % 2 ? ('EMAIL' as const) : ('NONE' as const),
  quietHours: null,
});

/**
 * Seeds 50 customers with addresses, consents and favourite stores. Ids and values are the same on every machine;
 * data keys are not.
 */
export async function seed(domain: Customers): Promise<void> {
  const keyring = keyringOf(domain);
  const rows = Array.from({ length: customers }, (_, index) => {
    const n = index + 1;
    const id = seedId('customer', n);
    return { n, id, profile: profileOf(n), addresses: addressesOf(n), ...keyring.newDataKey(id) };
  });
  await domain.transaction(async (tx) => {
    await tx.customer.createMany({
      data: rows.map(({ n, id, key, profile }): Prisma.CustomerCreateManyInput => ({
        id,
        ...sealProfile(key, id, profile),
        ...sealPreferences(key, id, preferencesOf(n)),
        emailIndex: keyring.blindIndex('email', normaliseEmail(profile.email)),
        defaultAddressId: seedId('address', `${n}/1`),
        registeredAt: seededAt,
      })),
    });
    await tx.customerKey.createMany({ data: rows.map(({ id, wrapped }) => ({ customerId: id, wrapped })) });
    const addresses = rows.flatMap(({ n, id, key, addresses: contents }) =>
      contents.map((content, index) => ({
        customerId: id,
        key,
        content,
        id: seedId('address', `${n}/${index + 1}`),
        versionId: seedId('addressVersion', `${n}/${index + 1}`),
      })),
    );
    await tx.address.createMany({
      data: addresses.map(({ id, customerId, versionId }) => ({
        id,
        customerId,
        version: 1,
        currentVersionId: versionId,
        createdAt: seededAt,
      })),
    });
    await tx.addressVersion.createMany({
      data: addresses.map(({ id, customerId, versionId, key, content }) => ({
        id: versionId,
        addressId: id,
        customerId,
        version: 1,
        ...sealAddress(key, versionId, content),
        createdAt: seededAt,
      })),
    });
    await tx.consentChange.createMany({
      data: rows.flatMap(({ n, id }) => [
        {
          id: seedId('consentChange', `${n}/1`),
          customerId: id,
          purpose: 'MARKETING',
          granted: n % 2 === 1,
          at: seededAt,
          channel: 'mobile',
        },
        {
          id: seedId('consentChange', `${n}/2`),
          customerId: id,
          purpose: 'ANALYTICS',
          granted: n % 3 === 0,
          at: seededAt,
          channel: 'mobile',
        },
      ]),
    });
    await tx.favouriteStore.createMany({
      data: rows.map(({ n, id }) => ({ customerId: id, storeId: homeStore(n).id, addedAt: seededAt })),
    });
  }, seeding);
}
