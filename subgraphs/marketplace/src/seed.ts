import { seedStores } from '#schema/seed/stores.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { Marketplace } from './context.ts';

/** All day, every day of the week. */
const always = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: 0, to: 1_440 }));

const items = [
  { key: 'cheesecake', name: { en: 'Cheesecake', de: 'Käsekuchen', ja: 'チーズケーキ' }, price: 490 },
  { key: 'brownie', name: { en: 'Brownie', de: 'Brownie', ja: 'ブラウニー' }, price: 320 },
  { key: 'tulips', name: { en: 'A bunch of tulips', de: 'Ein Strauß Tulpen', ja: 'チューリップ' }, price: 1_290 },
];

/** A bakery that sells beside the first restaurant, and takes orders at any time. */
export async function seed(domain: Marketplace): Promise<void> {
  const [store] = seedStores;
  if (!store) return;
  const { country, currency, exponent, timeZone } = store;
  const vendorId = seedId('vendor', 1);
  await domain.db.vendor.createMany({
    data: [
      {
        id: vendorId,
        name: 'Corner bakery',
        country,
        currency,
        exponent,
        timeZone,
        payoutAccount: 'acct_corner_bakery',
        email: 'orders@corner-bakery.example',
        feeBasisPoints: 1_500,
        answerMinutes: 10,
        openingHours: always,
        storeIds: [seedId('store', 1)],
        open: true,
        version: 1,
        createdAt: new Date('2025-01-01T00:00:00Z'),
      },
    ],
    skipDuplicates: true,
  });
  await domain.db.vendorItem.createMany({
    data: items.map(({ key, name, price }, position) => ({
      id: seedId('vendorItem', key),
      vendorId,
      name,
      price,
      taxBasisPoints: 700,
      available: true,
      position,
    })),
    skipDuplicates: true,
  });
}
