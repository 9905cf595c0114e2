/**
 * Until how many milliseconds a request is counted in which bucket of its latency; those that took longer than all of
 * these are in one more. The counts of a minute can be added, which percentiles cannot.
 */
export const latencyBounds = [5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000] as const;

/** The bucket in which a request is counted that took `ms`. */
export function latencyBucket(ms: number): number {
  const bucket = latencyBounds.findIndex((bound) => ms <= bound);
  return bucket < 0 ? latencyBounds.length : bucket;
}

/**
 * The time within which 95 of 100 requests were answered, in milliseconds, as if those of one bucket were spread evenly
 * over it; null for no requests.
 */
export function p95Of(counts: readonly number[]): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let left = total * 0.95;
  for (const [bucket, count] of counts.entries()) {
    if (left <= count) {
      const from = latencyBounds[bucket - 1] ?? 0;
      const to = latencyBounds[bucket] ?? from;
      return Math.max(1, Math.round(from + ((to - from) * left) / count));
    }
    left -= count;
  }
  return latencyBounds.at(-1)!;
}
