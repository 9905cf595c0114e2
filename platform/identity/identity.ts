import { createHash } from 'node:crypto';
import { SignJWT, createLocalJWKSet, decodeJwt, type JWK } from 'jose';
import type { z } from 'zod';
import { BoundedCache } from './boundedCache.ts';
import { actingClaims, clientClaims, internalClaims } from './claims.ts';
import type { Principal } from './principal.ts';
import { givenKeys, payloadOf, type KeySource } from './keySource.ts';
import { KeysUnavailable, RemoteKeys, freshKeysMs, type RemoteKeysOptions } from './remoteKeys.ts';
import { isId } from '#platform/domain/id.ts';
import { longestTokenLifeMs } from './revocations.ts';
import { signerAmong, soleSigner, type ServiceKeys } from './serviceKeys.ts';

/** The token is not valid here. The message is for logs; clients only get the code UNAUTHENTICATED. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken';
}

export interface IdentityOptions {
  /**
   * The key that signs internal tokens, which the edge and the services send each other: a service's own keys, or one
   * private ES256 key if all of them run in one process.
   */
  readonly internalKey: JWK | ServiceKeys;
  /**
   * The issuer of clients' tokens; undefined for a service that clients do not call. `keys` is a JWK set, or the
   * address of one.
   */
  readonly client?: {
    /** `iss` of the tokens that are accepted; in development also that of tools, which sign with the same keys. */
    readonly issuer: string | readonly string[];
    readonly audience: string;
    readonly keys: { keys: JWK[] } | URL;
    /** How long keys that were fetched from the address are used; see `RemoteKeys`. */
    readonly kept?: RemoteKeysOptions;
  };
  /** The scopes of a role; none for an unknown role. */
  readonly scopesOf: (role: string) => readonly string[];
  /**
   * Whether the subject of a client with this role is the client's id in the graph. A token of such a role with another
   * subject is refused: it would name nobody, and every domain would have to notice that by itself. Default: no role.
   */
  readonly isNamedById?: (role: string) => boolean;
  /** What those may do who act for somebody else; without it, nobody does. */
  readonly acting?: ActingPolicy;
  readonly clock?: () => Date;
}

/** How somebody may act for somebody else. */
export interface ActingPolicy {
  /** The channel that lets them, and signs their tokens. */
  readonly issuingChannel: string;
  /** The role in which they act, on channels for this role, and with these of its scopes alone. */
  readonly role: string;
  readonly scopes: readonly string[];
  readonly seconds: number;
}

export interface Identity {
  /**
   * Verifies a client's access token (RFC 9068: ES256, `typ` at+jwt). The principal acts in those roles of the token
   * that the channel is for, and in no others; it has no grants if there are none.
   * This does not check whether the token was revoked, because results are cached as long as the token is valid.
   * @throws InvalidToken, or KeysUnavailable if the issuer's keys cannot be fetched
   */
  verifyClientToken(token: string, channel: ClientChannel): Promise<VerifiedClient>;
  /**
   * Makes an access token for a device of a store, good for `deviceTokenSeconds` on this channel alone. It is signed by
   * the key with which this process speaks as the channel, so that all replicas of the channel accept it, and nobody
   * else does.
   */
  issueDeviceToken(channel: string, device: DeviceGrant): Promise<string>;
  /**
   * Makes an access token with which somebody acts for somebody else on one channel, as `acting` of the options allows
   * (`act` of RFC 8693). Only the channel that it names can make one.
   */
  issueActingToken(channel: string, session: { readonly subject: string; readonly actor: string }): Promise<string>;
  /** Makes a token of 60 s for one audience that carries the principal; reuses it until 15 s before it expires. */
  mintInternalToken(principal: Principal, audience: string): Promise<string>;
  /**
   * Verifies a token of `mintInternalToken` for this audience.
   * @throws InvalidToken
   */
  verifyInternalToken(token: string, audience: string): Promise<Principal>;
}

/** A device that works in one role at what it is bound to. */
export interface DeviceGrant {
  readonly id: string;
  readonly role: string;
  readonly bindings: Readonly<Record<string, string>>;
}

/** The channel through which a client's token came. */
export interface ClientChannel {
  readonly name: string;
  /** The roles in which clients act on this channel. */
  readonly roles: readonly string[];
}

export interface VerifiedClient {
  readonly principal: Principal;
  readonly issuedAt: Date;
  /**
   * When the token expires; at the latest `longestTokenLifeMs` after it was issued. A connection that lasts longer must
   * send a new token or be closed.
   */
  readonly expiresAt: Date;
}

/** The most characters that a token may have: tokens of open connections are kept in memory. */
const longestToken = 8_192;

/**
 * The key of a token in a cache: a hash, so that all keys have the same length. Only the one spelling of a token that
 * RFC 7515 (section 2: no padding, no white space) allows is accepted: otherwise a client could fill the cache with
 * copies of one token that decode to the same.
 * @throws InvalidToken for another spelling, and for a token that is too long
 */
function tokenKey(use: string, token: string): string {
  if (token.length > longestToken) throw new InvalidToken(`a token may have ${longestToken} characters`);
  const parts = token.split('.');
  if (parts.length !== 3 || parts.some((part) => Buffer.from(part, 'base64url').toString('base64url') !== part))
    throw new InvalidToken('no compact JWS');
  return createHash('sha256').update(`${use} ${token}`).digest('base64url');
}

/**
 * How long an access token of a device is good: it gets the next one by itself, and what is revoked ends at the latest
 * then, should a process not have heard of it.
 */
export const deviceTokenSeconds = 900;
/** The audience of a device's access tokens. No internal token has it, so that neither can be used as the other. */
const deviceAudienceOf = (channel: string): string => `devices of ${channel}`;

/** The audience, for a channel, of tokens of those who act for somebody else. No other token has it. */
const actingAudienceOf = (channel: string): string => `acting for others on ${channel}`;

const lifetimeSeconds = 60;
/**
 * The longest life of an internal token that is accepted, by the word of its issuer: what leaks, such as into a log, is
 * soon good for nothing. A version of the system to come may need them for longer than this one makes them.
 */
const longestInternalSeconds = 300;
/** A token from the future would live for as long as its issuer likes; clocks differ by less than this. */
const clocksDifferSeconds = 60;
const renewMs = 15_000;

/** A key for caches: two principals with the same key may do and see the same. */
export const principalKey = (principal: Principal): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        principal.kind,
        principal.subject,
        principal.channel,
        principal.act?.subject ?? null,
        principal.grants
          .map(({ role, scopes, bindings }) =>
            JSON.stringify([role, [...scopes].sort(), Object.entries(bindings).sort(([a], [b]) => (a < b ? -1 : 1))]),
          )
          .sort(),
      ]),
    )
    .digest('base64url');

/** Who a token says has issued it, and for whom, unchecked; nothing for a text that is none. */
function headOf(token: string): { readonly iss?: string | undefined; readonly aud?: string | string[] | undefined } {
  try {
    return decodeJwt(token);
  } catch {
    return {};
  }
}

const isServiceKeys = (key: JWK | ServiceKeys): key is ServiceKeys => 'self' in key;

export async function createIdentity(options: IdentityOptions): Promise<Identity> {
  const clock = options.clock ?? (() => new Date());
  const internal = await (isServiceKeys(options.internalKey)
    ? signerAmong(options.internalKey, options.scopesOf)
    : soleSigner(options.internalKey));
  const internalKeys = givenKeys(internal.keys);
  const { client } = options;
  const clientKeys =
    client?.keys instanceof URL
      ? new RemoteKeys(client.keys, client.kept)
      : client && givenKeys(createLocalJWKSet(client.keys));
  /** A token is looked at again when its key may have been withdrawn. */
  const verifiedForMs = client?.keys instanceof URL ? (client.kept?.freshMs ?? freshKeysMs) : Number.POSITIVE_INFINITY;

  const verified = new BoundedCache<VerifiedClient>(10_000);
  const minted = new BoundedCache<string>(10_000);
  const accepted = new BoundedCache<Principal>(10_000);
  /** Tokens that this process made, each after its audience: to look one up costs a tenth of hashing it. */
  const own = new BoundedCache<Principal>(10_000);
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
    source: KeySource,
    schema: z.ZodType<Claims>,
    expected: { issuer?: string[]; audience: string; typ: string; maxTokenAge?: number },
  ): Promise<Claims> {
    try {
      return schema.parse(
        await payloadOf(token, source, {
          ...expected,
          algorithms: ['ES256'],
          requiredClaims: ['sub', 'exp'],
          clockTolerance: 5,
          currentDate: clock(),
        }),
      );
    } catch (error) {
      if (error instanceof KeysUnavailable) throw error;
      throw new InvalidToken((error as Error).message, { cause: error });
    }
  }

  /** What a client's token says, whether the identity provider or, for a device, this channel itself issued it. */
  async function clientClaimsOf(token: string, channel: ClientChannel): Promise<z.output<typeof clientClaims>> {
    if (!client || !clientKeys) throw new InvalidToken('no client is known here');
    const isOurs = headOf(token).iss === internal.self;
    return verify(token, isOurs ? internalKeys : clientKeys, clientClaims, {
      issuer: isOurs ? [internal.self] : [client.issuer].flat(),
      audience: isOurs ? deviceAudienceOf(channel.name) : client.audience,
      typ: 'at+jwt',
      // This also requires `iat`, and refuses one in the future, since such a token could not be revoked.
      maxTokenAge: isOurs ? deviceTokenSeconds : longestTokenLifeMs / 1000,
    });
  }

  /** Who acts for whom by a token; undefined for one with which its subject acts. */
  async function actingBy(token: string, channel: ClientChannel): Promise<VerifiedClient | undefined> {
    const { acting } = options;
    const audience = actingAudienceOf(channel.name);
    const issuer = acting && internal.issuerOfChannel(acting.issuingChannel);
    if (headOf(token).aud !== audience || !issuer || !channel.roles.includes(acting.role)) return undefined;
    const { sub, act, iat, exp } = await verify(token, internalKeys, actingClaims, {
      issuer: [issuer],
      audience,
      typ: 'at+jwt',
      maxTokenAge: acting.seconds,
    });
    if (options.isNamedById?.(acting.role) && !isId(sub)) throw new InvalidToken(`"sub" of a ${acting.role} is an id`);
    return {
      principal: {
        kind: 'user',
        subject: sub,
        grants: [{ role: acting.role, scopes: new Set(acting.scopes), bindings: {} }],
        channel: channel.name,
        act: { subject: act.sub },
      },
      issuedAt: new Date(iat * 1000),
      expiresAt: new Date(Math.min(exp, iat + acting.seconds) * 1000),
    };
  }

  return {
    async verifyClientToken(token, channel) {
      return verified.through(
        tokenKey([channel.name, ...channel.roles].join(' '), token),
        clock().getTime(),
        async () => {
          const forAnother = await actingBy(token, channel);
          if (forAnother) return { value: forAnother, until: forAnother.expiresAt.getTime() };
          const claims = await clientClaimsOf(token, channel);
          const { sub, roles, bindings } = claims;
          const acting = channel.roles.filter((each) => roles.includes(each));
          const role = isId(sub) ? undefined : acting.find((each) => options.isNamedById?.(each));
          if (role !== undefined) throw new InvalidToken(`"sub" of a ${role} is an id: a UUID in lower case`);
          const found: VerifiedClient = {
            principal: {
              kind: 'user',
              subject: sub,
              grants: acting.map((each) => ({
                role: each,
                scopes: new Set(options.scopesOf(each)),
                bindings: bindings[each] ?? {},
              })),
              channel: channel.name,
            },
            issuedAt: new Date(claims.iat * 1000),
            expiresAt: new Date(Math.min(claims.exp * 1000, claims.iat * 1000 + longestTokenLifeMs)),
          };
          return { value: found, until: Math.min(found.expiresAt.getTime(), clock().getTime() + verifiedForMs) };
        },
      );
    },

    async issueDeviceToken(channel, { id, role, bindings }) {
      const issuedAt = Math.floor(clock().getTime() / 1000);
      const { issuer, key, keyId } = await internal.signerOf(internal.self);
      return new SignJWT({ roles: [role], bindings: { [role]: bindings } })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: keyId })
        .setIssuer(issuer)
        .setAudience(deviceAudienceOf(channel))
        .setSubject(id)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + deviceTokenSeconds)
        .sign(key);
    },

    async issueActingToken(channel, { subject, actor }) {
      const { acting } = options;
      const issuing = acting && internal.issuerOfChannel(acting.issuingChannel);
      if (!issuing) throw new Error('nobody may act for somebody else here');
      const issuedAt = Math.floor(clock().getTime() / 1000);
      const { issuer, key, keyId } = await internal.signerOf(issuing);
      return new SignJWT({ act: { sub: actor } })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: keyId })
        .setIssuer(issuer)
        .setAudience(actingAudienceOf(channel))
        .setSubject(subject)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + acting.seconds)
        .sign(key);
    },

    async mintInternalToken(principal, audience) {
      const now = clock().getTime();
      return minted.through(`${audience} ${keyOf(principal)}`, now, async () => {
        const issuedAt = Math.floor(now / 1000);
        const { issuer, key, keyId } = await internal.signerOf(internal.issuerFor(principal));
        const token = await new SignJWT({
          kind: principal.kind,
          grants: principal.grants.map((grant) => ({ ...grant, scopes: [...grant.scopes] })),
          channel: principal.channel,
          ...(principal.act && { act: { sub: principal.act.subject } }),
        })
          .setProtectedHeader({ alg: 'ES256', typ: 'internal+jwt', kid: keyId })
          .setIssuer(issuer)
          .setAudience(audience)
          .setSubject(principal.subject)
          .setIssuedAt(issuedAt)
          .setExpirationTime(issuedAt + lifetimeSeconds)
          .sign(key);
        // This process made the token, so it need not check its signature later. Within one process that check would be
        // a third of the cost of an internal call.
        own.set(`${audience} ${token}`, principal, (issuedAt + lifetimeSeconds) * 1000);
        return { value: token, until: now + lifetimeSeconds * 1000 - renewMs };
      });
    },

    async verifyInternalToken(token, audience) {
      const known = own.get(`${audience} ${token}`, clock().getTime());
      if (known) return known;
      return accepted.through(tokenKey(audience, token), clock().getTime(), async () => {
        const { iss, kind, sub, grants, channel, iat, exp, act } = await verify(token, internalKeys, internalClaims, {
          audience,
          typ: 'internal+jwt',
        });
        if (exp - iat > longestInternalSeconds || iat > clock().getTime() / 1000 + clocksDifferSeconds)
          throw new InvalidToken(`an internal token lives for ${longestInternalSeconds} s at most, from now on`);
        const principal: Principal = {
          kind,
          subject: sub,
          grants: grants.map((grant) => ({ ...grant, scopes: new Set(grant.scopes) })),
          channel,
          ...(act && { act: { subject: act.sub } }),
        };
        if (!internal.mayClaim(iss, principal))
          throw new InvalidToken(`${iss} may not speak as ${kind} ${sub} with these rights`);
        return { value: principal, until: exp * 1000 };
      });
    },
  };
}
