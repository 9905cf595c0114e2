import { createHash } from 'node:crypto';
import { importSPKI, jwtVerify, type JWTPayload } from 'jose';
import { Forged, messageId, type SignatureScheme } from './signatureScheme.ts';

const toleranceSeconds = 300;

/** How a public key on P-256 begins (SPKI, base64); every other key is a shared secret. */
const beginsPublicKey = 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE';

/**
 * A JWT in `Authorization` for one message: `jti` is its id, `iat` the time of this try, `request_body_sha256` the
 * digest of the body in hex, `aud` is `webhooks`, `iss` the source. By a public key (SPKI in base64) ES256 alone is
 * checked, by a secret (base64) HS256 alone: neither can be taken for the other.
 */
export const bodyJwt = (issuer: string): SignatureScheme => ({
  async verify({ headers, body }, keys) {
    // The name of the scheme is the same in capitals and in small letters, by RFC 9110.
    const [, token] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
    if (token === undefined) throw new Forged('there is no token');
    for (const key of keys) {
      const claims = await claimsBy(key, token, issuer);
      if (!claims) continue;
      if (Math.abs(Date.now() / 1_000 - (claims.iat ?? 0)) > toleranceSeconds) throw new Forged('not signed now');
      if (claims['request_body_sha256'] !== createHash('sha256').update(body).digest('hex'))
        throw new Forged('the token is for another body');
      return messageId(claims.jti);
    }
    throw new Forged('no key has signed this');
  },
});

async function claimsBy(key: string, token: string, issuer: string): Promise<JWTPayload | undefined> {
  const isPublic = key.startsWith(beginsPublicKey);
  try {
    const verifying = isPublic
      ? await importSPKI(`-----BEGIN PUBLIC KEY-----\n${key}\n-----END PUBLIC KEY-----`, 'ES256')
      : Buffer.from(key, 'base64');
    const { payload } = await jwtVerify(token, verifying, {
      algorithms: [isPublic ? 'ES256' : 'HS256'],
      issuer,
      audience: 'webhooks',
      clockTolerance: toleranceSeconds,
      requiredClaims: ['iat', 'jti'],
    });
    return payload;
  } catch {
    return undefined;
  }
}
