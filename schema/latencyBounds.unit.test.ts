import { expect, it } from 'vitest';
import { latencyBounds, latencyBucket, p95Of } from './latencyBounds.ts';

const counted = (times: readonly number[]): number[] => {
  const counts: number[] = Array.from({ length: latencyBounds.length + 1 }, () => 0);
  for (const ms of times) counts[latencyBucket(ms)]! += 1;
  return counts;
};

it('finds the time of 95 of 100 requests within the bucket in which it lies', () => {
  expect(p95Of(counted([]))).toBeNull();
  expect(p95Of(counted([0.2]))).toBe(5);
  expect(p95Of(counted([...Array.from({ length: 95 }, () => 3), ...Array.from({ length: 5 }, () => 900)]))).toBe(5);
  const slow = p95Of(counted([...Array.from({ length: 90 }, () => 3), ...Array.from({ length: 10 }, () => 900)]))!;
  expect(slow).toBeGreaterThan(500);
  expect(slow).toBeLessThanOrEqual(1_000);
  expect(p95Of(counted([60_000]))).toBe(10_000);
});
