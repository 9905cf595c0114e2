import { SignJWT, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';

/** Issuer and audience of the tokens that the development profile makes for itself. */
export const developmentIssuer = 'drburger-dev';
export const developmentAudience = 'drburger';

/** A new private ES256 key as JWK. */
export async function newSigningKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return exportJWK(privateKey);
}

/** The public half of a private JWK. */
export function publicHalf({ d: _secret, ...publicJwk }: JWK): JWK {
  return publicJwk;
}

export interface TokenRequest {
  readonly subject: string;
  readonly roles: readonly string[];
  readonly bindings?: Readonly<Record<string, string>>;
  /** Default: 12 hours. */
  readonly lifetimeSeconds?: number;
  readonly now?: Date;
}

/**
 * An access token as the chain's identity provider would issue it (RFC 9068). For development and tests: production has
 * no such key.
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
