import { expect, test } from 'vitest';
import { boundaries, priceAt, type PriceWindow } from './prices.ts';

const window = (amount: number, from: number, until: number | null = null): PriceWindow => ({ amount, from, until });

test('a window includes its beginning and excludes its end', () => {
  const windows = [window(100, 10, 20)];
  expect(priceAt([], windows, 9)).toBeUndefined();
  expect(priceAt([], windows, 10)).toEqual({ amount: 100, until: 20 });
  expect(priceAt([], windows, 19)).toEqual({ amount: 100, until: 20 });
  expect(priceAt([], windows, 20)).toBeUndefined();
});

test('of overlapping windows the one that began last counts, and `until` tells when that changes', () => {
  const windows = [window(100, 0), window(80, 10, 20)];
  expect(priceAt([], windows, 5)).toEqual({ amount: 100, until: 10 });
  expect(priceAt([], windows, 15)).toEqual({ amount: 80, until: 20 });
  expect(priceAt([], windows, 25)).toEqual({ amount: 100, until: null });
});

test('of two windows that begin together, the one that was set later counts', () => {
  expect(priceAt([], [window(100, 0), window(90, 0)], 1)?.amount).toBe(90);
});

test("a store's own price takes precedence over the list's, and a planned one ends the validity of the list's", () => {
  expect(priceAt([window(120, 10, 20)], [window(100, 0), window(80, 15)], 16)).toEqual({ amount: 120, until: 20 });
  expect(priceAt([window(120, 10, 20)], [window(100, 0)], 5)).toEqual({ amount: 100, until: 10 });
  expect(priceAt([window(120, 10, 20)], [], 5)).toBeUndefined();
});

test('boundaries are the beginnings and ends after one instant and up to another', () => {
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
