const second = 1_000;
const minute = 60 * second;

export const leastRenewalMs = second;

/**
 * When a JWT ends, in milliseconds since 1970, read without checking anything; undefined for a token that does not say.
 */
export function tokenExpiry(token: string): number | undefined {
  try {
    const payload = token.split('.')[1] ?? '';
    const claims = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/'))) as { exp?: unknown } | null;
    return typeof claims?.exp === 'number' ? claims.exp * second : undefined;
  } catch {
    return undefined;
  }
}

/**
 * How long to wait before a token is renewed: to a minute before its end, or to four fifths of what is left of a short
 * one.
 */
export const renewalDelay = (expiry: number, now: number): number =>
  Math.max(leastRenewalMs, Math.max(expiry - now - minute, (expiry - now) * 0.8));
