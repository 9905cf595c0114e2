import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, importJWK, SignJWT, type JWK } from 'jose';
import { z } from 'zod';

/** The issuer (`iss`) of the tokens that go with webhooks. */
export const tokenIssuer = 'drburger-webhooks';
const lifetimeSeconds = 300;

export interface TokenSigner {
  /** The public keys, for whoever checks our tokens. */
  readonly keySet: { readonly keys: readonly JWK[] };
  /** A token for one try of one message: it is good for this body at this endpoint, and for five minutes. */
  sign(message: { endpointId: string; messageId: string; body: string; at: Date }): Promise<string>;
}

const privateKey = z.looseObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});
const keysOf = z.union([privateKey.transform((key) => [key]), z.array(privateKey).min(1)]);

/**
 * Reads private ES256 keys, a JWK or a list of them: the first one signs, and all are published, so that receivers know
 * the next key before it signs.
 * @throws when the text is none
 */
export async function tokenSigner(text: string): Promise<TokenSigner> {
  const keys = keysOf.parse(JSON.parse(text));
  const published = await Promise.all(
    keys.map(async ({ kty, crv, x, y }) => {
      const jwk = { kty, crv, x, y };
      return { ...jwk, alg: 'ES256', use: 'sig', kid: await calculateJwkThumbprint(jwk) };
    }),
  );
  const signing = await importJWK(keys[0]!, 'ES256');
  const kid = published[0]!.kid;
  return {
    keySet: { keys: published },
    sign({ endpointId, messageId, body, at }) {
      const seconds = Math.floor(at.getTime() / 1_000);
      return new SignJWT({ request_body_sha256: createHash('sha256').update(body).digest('hex') })
        .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid })
        .setIssuer(tokenIssuer)
        .setAudience(endpointId)
        .setJti(messageId)
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + lifetimeSeconds)
        .sign(signing);
    },
  };
}
