export interface RetryOptions {
  /** The first wait, approximately, in milliseconds. It doubles with each further failure in a row. */
  readonly minMs: number;
  /** The longest wait, in milliseconds. */
  readonly maxMs: number;
}

export const defaultRetry: RetryOptions = { minMs: 500, maxMs: 30_000 };

/**
 * How long to wait after so many failures in a row: half of it chance, so that those who were cut off together do not
 * come back together. `retryAfterMs` is what the server asks for: no wait is shorter, and chance comes on top.
 */
export function backoff(
  failures: number,
  { minMs, maxMs }: RetryOptions,
  { random = Math.random, retryAfterMs = 0 }: { random?: () => number; retryAfterMs?: number } = {},
): number {
  if (failures <= 0) return 0;
  const usual = Math.min(maxMs, minMs * 2 ** Math.min(failures - 1, 30)) * (0.5 + random() / 2);
  return Math.max(usual, retryAfterMs * (1 + random() / 2));
}
