import { expect, test } from 'vitest';
import { boundaries, priceAt, type PriceWindow } from './prices.ts';

const window = (amount: number, from: number, until: number | null = null): PriceWindow => ({ amount, from, until });

test('a window holds from its beginning on, and no longer at its end', () => {
  const windows = [window(100, 10, 20)];
  expect(priceAt([], windows, 9)).toBeUndefined();
  expect(priceAt([], windows, 10)).toEqual({ amount: 100, until: 20 });
  expect(priceAt([], windows, 19)).toEqual({ amount: 100, until: 20 });
  expect(priceAt([], windows, 20)).toBeUndefined();
});

test('of windows that hold together the one that began last counts, and what follows it is known', () => {
  const windows = [window(100, 0), window(80, 10, 20)];
  expect(priceAt([], windows, 5)).toEqual({ amount: 100, until: 10 });
  expect(priceAt([], windows, 15)).toEqual({ amount: 80, until: 20 });
  expect(priceAt([], windows, 25)).toEqual({ amount: 100, until: null });
});

test('of two that began together the one set later counts', () => {
  expect(priceAt([], [window(100, 0), window(90, 0)], 1)?.amount).toBe(90);
});

test("a store's own price comes before the list's, and an own price to come ends a listed one", () => {
  expect(priceAt([window(120, 10, 20)], [window(100, 0), window(80, 15)], 16)).toEqual({ amount: 120, until: 20 });
  expect(priceAt([window(120, 10, 20)], [window(100, 0)], 5)).toEqual({ amount: 100, until: 10 });
  expect(priceAt([window(120, 10, 20)], [], 5)).toBeUndefined();
});

test('boundaries are beginnings and ends after one instant, up to another', () => {
  const windows = [window(100, 10, 20)];
  expect(
    [
      [0, 9],
      [0, 10],
      [10, 19],
      [10, 20],
      [20, 99],
    ].map(([after, upTo]) => boundaries(windows, after!, upTo!).length > 0),
  ).toEqual([false, true, false, true, false]);
});
