import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';

/** Nobody can say now whether a token is good: it may be. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

const freshMs = 600_000;
const keptMs = 12 * 3_600_000;

/**
 * The keys at an address, a JWK set (RFC 7517). Asked again after 10 min, and for a key that is not among them. While
 * the address cannot be asked the keys that were there last are good for 12 h: an outage of the issuer is none of ours.
 * Rejects with `KeysUnavailable` where that does not help.
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
