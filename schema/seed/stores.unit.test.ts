import { expect, test } from 'vitest';
import { seedId } from './seedId.ts';
import { seedStores } from './stores.ts';

test('a seeded id is a UUIDv7 and never changes', () => {
  expect(seedId('store', 1)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(seedId('store', 1)).toBe(seedId('store', '1'));
  expect(seedId('store', 1)).toBe('01941f29-7c00-779c-bc8d-37daa95c1c43');
  expect(seedId('store', 2)).not.toBe(seedId('store', 1));
});

test('208 stores in four countries, Berlin first, each with a time zone of its own country', () => {
  expect(seedStores).toHaveLength(208);
  expect(new Set(seedStores.map((store) => store.id)).size).toBe(208);
  expect(seedStores.map((store) => store.n)).toEqual(seedStores.map((_, index) => index + 1));
  expect(seedStores[0]).toMatchObject({
    city: 'Berlin',
    country: 'DE',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    exponent: 2,
  });
  for (const country of ['DE', 'GB', 'US', 'JP'])
    expect(seedStores.filter((store) => store.country === country)).toHaveLength(52);
  for (const store of seedStores) {
    expect(() => new Intl.DateTimeFormat('en', { timeZone: store.timeZone })).not.toThrow();
    expect(store.exponent).toBe(store.currency === 'JPY' ? 0 : 2);
  }
});
