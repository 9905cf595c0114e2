export interface RetryOptions {
  /** About the first wait, in milliseconds; doubled with each failure in a row. */
  readonly minMs: number;
  /** No wait is longer. */
  readonly maxMs: number;
}

export const defaultRetry: RetryOptions = { minMs: 500, maxMs: 30_000 };

/**
 * How long to wait after so many failures in a row: half of it chance, so that those who were cut off together do not
 * come back together.
 */
export function backoff(failures: number, { minMs, maxMs }: RetryOptions, random: () => number = Math.random): number {
  if (failures <= 0) return 0;
  return Math.min(maxMs, minMs * 2 ** Math.min(failures - 1, 30)) * (0.5 + random() / 2);
}
