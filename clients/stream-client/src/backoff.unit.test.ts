import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoff } from './backoff.ts';

it('waits longer with each failure, never longer than it may, and never the same for all', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (failures, chance) => {
        const wait = backoff(failures, { minMs: 500, maxMs: 30_000 }, { random: () => chance });
        expect(wait).toBeLessThanOrEqual(30_000);
        expect(wait).toBeGreaterThanOrEqual(250);
        expect(backoff(failures + 1, { minMs: 500, maxMs: 30_000 }, { random: () => chance })).toBeGreaterThanOrEqual(
          wait,
        );
      },
    ),
  );
  expect([0, 0.5].map((chance) => backoff(1, { minMs: 500, maxMs: 30_000 }, { random: () => chance }))).toEqual([
    250, 375,
  ]);
  expect(backoff(1, { minMs: 500, maxMs: 30_000 }, { random: () => 0.5, retryAfterMs: 40_000 })).toBe(50_000);
  expect(backoff(0, { minMs: 500, maxMs: 30_000 })).toBe(0);
});
