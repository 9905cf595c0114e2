import { expect, it } from 'vitest';
import { mostTries, pauseAfter, putOffMs } from './schedule.ts';

const now = new Date('2026-03-01T12:00:00Z');

it('eight tries lie within about 28 hours, whatever the dice say', () => {
  expect(mostTries).toBe(8);
  for (const dice of [0, 0.5, 1]) {
    const pauses = Array.from({ length: 8 }, (_, index) => pauseAfter(index + 1, () => dice));
    expect(pauses.at(-1)).toBeUndefined();
    const hours = pauses.reduce<number>((sum, each) => sum + (each ?? 0), 0) / 3_600_000;
    expect(hours).toBeGreaterThan(26.5);
    expect(hours).toBeLessThan(29.5);
  }
});

it.each([
  ['120', 120_000],
  ['0', 0],
  ['999999999', 86_400_000],
  ['9999999999', 86_400_000],
  ['9'.repeat(400), 86_400_000],
  ['Sun, 01 Mar 2026 12:01:00 GMT', 60_000],
  ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
  ['soon', undefined],
  [undefined, undefined],
])('Retry-After %j puts us off by %j ms', (header, expected) => {
  expect(putOffMs(header, now)).toBe(expected);
});
