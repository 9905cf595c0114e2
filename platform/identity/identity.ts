import { createHash } from 'node:crypto';
import { SignJWT, createLocalJWKSet, jwtVerify, type JWK, type JWTVerifyGetKey } from 'jose';
import type { z } from 'zod';
import { BoundedCache } from './boundedCache.ts';
import { clientClaims, internalClaims } from './claims.ts';
import type { Principal } from './principal.ts';
import { KeysUnavailable, remoteKeys } from './remoteKeys.ts';
import { longestTokenLifeMs } from './revocations.ts';
import { signerAmong, soleSigner, type ServiceKeys } from './serviceKeys.ts';

/** The token is not good here. The message is for logs; clients hear only UNAUTHENTICATED. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken';
}

export interface IdentityOptions {
  /**
   * Signs what the edge and the services say to each other: each with its own, or with one private ES256 key where all
   * are in one process.
   */
  readonly internalKey: JWK | ServiceKeys;
  /**
   * Who issues the tokens that clients bring; nobody, for a service that no client reaches. `keys`: a JWK set, or the
   * address of one.
   */
  readonly client?: {
    readonly issuer: string;
    readonly audience: string;
    readonly keys: { keys: JWK[] } | URL;
    /** How long keys from an address are used; see `remoteKeys`. */
    readonly kept?: Parameters<typeof remoteKeys>[1];
  };
  /** What a role may do. An unknown role may nothing. */
  readonly scopesOf: (role: string) => readonly string[];
  readonly clock?: () => Date;
}

export interface Identity {
  /**
   * A client's access token (RFC 9068: ES256, `typ` at+jwt) as a principal. `channel` names where it came in. Whether
   * it was revoked is not said: its result is kept while the token is good.
   * @throws InvalidToken; KeysUnavailable if nobody can say
   */
  verifyClientToken(token: string, channel: string): Promise<VerifiedClient>;
  /** A 60 s token for one audience that carries the principal. The same one is handed out until 15 s before it ends. */
  mintInternalToken(principal: Principal, audience: string): Promise<string>;
  /** What `mintInternalToken` made, for this audience and no other. @throws InvalidToken */
  verifyInternalToken(token: string, audience: string): Promise<Principal>;
}

export interface VerifiedClient {
  readonly principal: Principal;
  readonly issuedAt: Date;
  /**
   * When the token ends, `longestTokenLifeMs` after it was issued at the latest: a connection that outlives it must be
   * renewed or closed.
   */
  readonly expiresAt: Date;
}

/** Of a token. Whoever is connected has its token kept for as long. */
const longestToken = 8_192;

/**
 * A token as a key of a cache, of one length for all. A token has one spelling (RFC 7515, section 2: no padding, no
 * white space): were others taken that decode to the same, one token could fill a cache, and every copy be kept for as
 * long as the token lives.
 * @throws InvalidToken
 */
function tokenKey(use: string, token: string): string {
  if (token.length > longestToken) throw new InvalidToken(`a token may have ${longestToken} characters`);
  const parts = token.split('.');
  if (parts.length !== 3 || parts.some((part) => Buffer.from(part, 'base64url').toString('base64url') !== part))
    throw new InvalidToken('no compact JWS');
  return createHash('sha256').update(`${use} ${token}`).digest('base64url');
}

const lifetimeSeconds = 60;
const renewMs = 15_000;

/** Two principals with the same key may do, and see, the same. */
export const principalKey = (principal: Principal): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        principal.kind,
        principal.subject,
        principal.channel,
        [...principal.roles].sort(),
        [...principal.scopes].sort(),
        Object.entries(principal.bindings).sort(([a], [b]) => (a < b ? -1 : 1)),
      ]),
    )
    .digest('base64url');

const isServiceKeys = (key: JWK | ServiceKeys): key is ServiceKeys => 'self' in key;

export async function createIdentity(options: IdentityOptions): Promise<Identity> {
  const clock = options.clock ?? (() => new Date());
  const internal = await (isServiceKeys(options.internalKey)
    ? signerAmong(options.internalKey)
    : soleSigner(options.internalKey));
  const { client } = options;
  const clientKeys =
    client?.keys instanceof URL ? remoteKeys(client.keys, client.kept) : client && createLocalJWKSet(client.keys);

  const verified = new BoundedCache<VerifiedClient>(10_000);
  const minted = new BoundedCache<string>(10_000);
  const accepted = new BoundedCache<Principal>(10_000);
  const keys = new WeakMap<Principal, string>();
  const keyOf = (principal: Principal) => {
    const known = keys.get(principal);
    if (known) return known;
    const key = principalKey(principal);
    keys.set(principal, key);
    return key;
  };

  async function verify<Claims>(
    token: string,
    keySet: JWTVerifyGetKey,
    schema: z.ZodType<Claims>,
    expected: { issuer?: string; audience: string; typ: string; maxTokenAge?: number },
  ): Promise<Claims> {
    try {
      const { payload } = await jwtVerify(token, keySet, {
        ...expected,
        algorithms: ['ES256'],
        requiredClaims: ['sub', 'exp'],
        clockTolerance: 5,
        currentDate: clock(),
      });
      return schema.parse(payload);
    } catch (error) {
      if (error instanceof KeysUnavailable) throw error;
      throw new InvalidToken((error as Error).message, { cause: error });
    }
  }

  return {
    async verifyClientToken(token, channel) {
      if (!client || !clientKeys) throw new InvalidToken('no client is known here');
      const cacheKey = tokenKey(channel, token);
      const known = verified.get(cacheKey, clock().getTime());
      if (known) return known;
      const claims = await verify(token, clientKeys, clientClaims, {
        issuer: client.issuer,
        audience: client.audience,
        typ: 'at+jwt',
        // Asks for `iat`, too, and refuses one that is to come: such a token could not be revoked.
        maxTokenAge: longestTokenLifeMs / 1000,
      });
      const { roles, bindings } = claims;
      const found: VerifiedClient = {
        principal: {
          kind: 'user',
          subject: claims.sub,
          roles,
          channel,
          scopes: new Set(roles.flatMap((role) => options.scopesOf(role))),
          bindings,
        },
        issuedAt: new Date(claims.iat * 1000),
        expiresAt: new Date(Math.min(claims.exp * 1000, claims.iat * 1000 + longestTokenLifeMs)),
      };
      verified.set(cacheKey, found, found.expiresAt.getTime());
      return found;
    },

    async mintInternalToken(principal, audience) {
      const cacheKey = `${audience} ${keyOf(principal)}`;
      const now = clock().getTime();
      const known = minted.get(cacheKey, now);
      if (known) return known;
      const issuedAt = Math.floor(now / 1000);
      const { issuer, key, keyId } = await internal.signerOf(principal);
      const token = await new SignJWT({
        kind: principal.kind,
        roles: principal.roles,
        scopes: [...principal.scopes],
        bindings: principal.bindings,
        channel: principal.channel,
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'internal+jwt', kid: keyId })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(principal.subject)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetimeSeconds)
        .sign(key);
      minted.set(cacheKey, token, now + lifetimeSeconds * 1000 - renewMs);
      // Whoever signed it need not check the signature: within one process, that is a third of what it costs to let a
      // stranger in.
      accepted.set(tokenKey(audience, token), principal, (issuedAt + lifetimeSeconds) * 1000);
      return token;
    },

    async verifyInternalToken(token, audience) {
      const cacheKey = tokenKey(audience, token);
      const known = accepted.get(cacheKey, clock().getTime());
      if (known) return known;
      const { iss, kind, sub, roles, scopes, bindings, channel, exp } = await verify(
        token,
        internal.keys,
        internalClaims,
        { audience, typ: 'internal+jwt' },
      );
      if (!internal.mayClaim(iss, { kind, subject: sub }))
        throw new InvalidToken(`${iss} may not speak as ${kind} ${sub}`);
      const principal: Principal = { kind, subject: sub, roles, scopes: new Set(scopes), bindings, channel };
      accepted.set(cacheKey, principal, exp * 1000);
      return principal;
    },
  };
}
