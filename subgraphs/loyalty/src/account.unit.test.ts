import { describe, expect, it } from 'vitest';
import { emptyAccount, pointsFor, withEntry } from './account.ts';

describe('pointsFor', () => {
  it.each([
    [1_299, 2, 12],
    [1_200, 2, 12],
    [99, 2, 0],
    [0, 2, 0],
    [500, 0, 5],
    [99, 0, 0],
    [100, 0, 1],
    [12_999, 3, 12],
    [-100, 2, 0],
    [2_147_483_647, 2, 21_474_836],
  ])('gives for %i with exponent %i: %i', (total, exponent, points) => {
    expect(pointsFor({ total, exponent })).toBe(points);
  });
});

describe('withEntry', () => {
  it('adds points that are earned, and subtracts points that are taken back', () => {
    const earned = withEntry(withEntry(emptyAccount('c'), { kind: 'EARNED', points: 12 }), {
      kind: 'EARNED',
      points: 5,
    });
    expect(earned).toEqual({ customerId: 'c', balance: 17, earned: 17, version: 2 });
    expect(withEntry(earned, { kind: 'REVERSED', points: -12 })).toEqual({
      customerId: 'c',
      balance: 5,
      earned: 5,
      version: 3,
    });
  });
});
