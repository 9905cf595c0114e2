import { expect, it } from 'vitest';
import { coherentTables } from './coherentTables.ts';

it('leaves out what names nothing, and what names that in turn', () => {
  const { tables, leftOut } = coherentTables([
    {},
    {
      items: [{ key: 'fries', category: 'gone', groups: [] }],
      sizes: [{ key: 'fries/large', item: 'fries' }],
      prices: [{ country: 'DE', kind: 'size', key: 'fries/large' }],
      countries: [{ country: 'DE', currency: 'EUR' }],
    },
  ]);
  expect(tables).toEqual({ countries: [{ country: 'DE', currency: 'EUR' }] });
  expect(Object.fromEntries(leftOut)).toEqual({ items: 1, sizes: 1, prices: 1 });
});

it('takes out of a list only what is gone', () => {
  const category = { key: 'sides', position: 1 };
  const { tables, leftOut } = coherentTables([
    {
      categories: [category],
      modifierGroups: [{ key: 'extras' }],
      items: [{ key: 'fries', category: 'sides', groups: ['extras', 'retired'] }],
    },
  ]);
  expect(tables.items).toEqual([{ key: 'fries', category: 'sides', groups: ['extras'] }]);
  expect(leftOut.size).toBe(0);
});

it('has the countries of all domains, each once', () => {
  const { tables } = coherentTables([
    { countries: [{ country: 'DE', currency: 'EUR' }] },
    { countries: ['DE', 'FR'].map((country) => ({ country, currency: 'EUR' })), prices: [{ country: 'FR' }] },
  ]);
  expect(tables.countries).toEqual(['DE', 'FR'].map((country) => ({ country, currency: 'EUR' })));
});
