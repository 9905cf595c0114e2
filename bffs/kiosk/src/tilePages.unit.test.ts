import { expect, test } from 'vitest';
import { tilePages } from './tilePages.ts';

const entry = (id: string, available = true) => ({
  node: {
    id: `entry ${id}`,
    available,
    price: { amount: 250, currency: 'EUR', exponent: 2 },
    item: { id, name: `name ${id}`, image: id === 'plain' ? null : { url: `/${id}.webp` } },
  },
});
const section = (id: string, ...ids: string[]) => ({
  category: { id },
  entries: { edges: ids.map((each) => entry(each)) },
});

test('a category begins a new page; the order stays', () => {
  const pages = tilePages({ sections: [section('burgers', 'a', 'b', 'c'), section('drinks', 'd')] }, 'EN', 2);
  expect(
    pages.map(({ category, number, count, tiles }) => [category.id, number, count, tiles.map(({ item }) => item.id)]),
  ).toEqual([
    ['burgers', 1, 2, ['a', 'b']],
    ['burgers', 2, 2, ['c']],
    ['drinks', 1, 1, ['d']],
  ]);
});

test('a tile says all that it shows', () => {
  const [page] = tilePages(
    { sections: [{ category: { id: 'x' }, entries: { edges: [entry('plain', false)] } }] },
    'DE',
    12,
  );
  expect(page?.tiles).toEqual([
    {
      id: 'entry plain',
      item: { __typename: 'MenuItem', id: 'plain' },
      label: 'name plain',
      priceText: '2,50\u00a0€',
      imageUrl: null,
      available: false,
    },
  ]);
});
