import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';

/** The issuer's keys cannot be fetched, so it is unknown whether a token is valid. Try again later. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

const freshMs = 600_000;
const keptMs = 12 * 3_600_000;

/**
 * The keys of a JWK set (RFC 7517) at an address. They are fetched again after 10 minutes, and when a token names a key
 * that is not among them. While the address does not answer, the keys of the last fetch are used for up to 12 hours, so
 * that an outage of the issuer does not lock out all clients. Rejects with `KeysUnavailable` when those do not help.
 */
export function remoteKeys(
  address: URL,
  options: { readonly freshMs?: number; readonly keptMs?: number } = {},
): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(address, { cacheMaxAge: options.freshMs ?? freshMs });
  let answeredAt = Number.NEGATIVE_INFINITY;
  return async (header, token) => {
    try {
      const key = await remote(header, token);
      answeredAt = Date.now();
      return key;
    } catch (error) {
      if (isAboutTheToken(error)) throw error;
      const kept = remote.jwks();
      if (kept && Date.now() - answeredAt < (options.keptMs ?? keptMs)) {
        const key = await createLocalJWKSet(kept)(header, token).catch(() => undefined);
        if (key) return key;
      }
      throw new KeysUnavailable(`the keys at ${address.href} cannot be had: ${(error as Error).message}`, {
        cause: error,
      });
    }
  };
}

const isAboutTheToken = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JOSENotSupported ||
  error instanceof errors.JOSEAlgNotAllowed;
