import { expect, it } from 'vitest';
import { settlementOf } from './sendOne.ts';

const now = new Date('2026-03-10T12:00:00Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
const disabledBecause = (attempts: number, failingSince: Date | null) =>
  settlementOf({ attempts, failingSince }, { status: 500 }, now, now).disabledBecause;

it('an endpoint that failed, then had nothing to hear for days, is not disabled by the first slip after them', () => {
  expect(disabledBecause(0, daysAgo(9))).toBeUndefined();
  expect(disabledBecause(3, daysAgo(9))).toBeUndefined();
});

it('an endpoint is disabled once a message fails for hours after five days without success', () => {
  expect(disabledBecause(4, daysAgo(4.9))).toBeUndefined();
  expect(disabledBecause(4, daysAgo(5))).toBe('FAILED_FOR_DAYS');
  expect(disabledBecause(7, daysAgo(5))).toBe('FAILED_FOR_DAYS');
});
