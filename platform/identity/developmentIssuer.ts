import { SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';

/** Issuer and audience of the client tokens that the development profile signs with its own key. */
export const developmentIssuer = 'drburger-dev';
export const developmentAudience = 'drburger';

/** Makes a new private ES256 key, as a JWK. */
export async function newSigningKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return exportJWK(privateKey);
}

/** The public half of a private JWK. */
export function publicHalf({ d: _secret, ...publicJwk }: JWK): JWK {
  return publicJwk;
}

/** The public half of a key, under the id that the sandbox's identity provider gives it: its thumbprint (RFC 7638). */
export const publishedKey = async (key: JWK): Promise<JWK> => ({
  ...publicHalf(key),
  kid: await calculateJwkThumbprint(key),
});

export interface TokenRequest {
  readonly subject: string;
  readonly roles: readonly string[];
  /** What each role is bound to, by role; a role that is not named is bound to nothing. */
  readonly bindings?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** How long the token is valid; 12 hours by default. */
  readonly lifetimeSeconds?: number;
  readonly now?: Date;
}

/**
 * Issues an access token as the chain's identity provider would (RFC 9068). It is for development and tests: in
 * production only the provider has the key.
 */
export async function issueToken(key: JWK, request: TokenRequest): Promise<string> {
  const issuedAt = Math.floor((request.now ?? new Date()).getTime() / 1000);
  return new SignJWT({ roles: request.roles, bindings: request.bindings ?? {} })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' })
    .setIssuer(developmentIssuer)
    .setAudience(developmentAudience)
    .setSubject(request.subject)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + (request.lifetimeSeconds ?? 12 * 3600))
    .sign(await importJWK(key, 'ES256'));
}
