import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  decodeJwt,
  errors,
  importJWK,
  type CryptoKey,
  type JWK,
  type JWTVerifyGetKey,
} from 'jose';
import { anonymous, type Principal } from './principal.ts';

/**
 * The keys of a process that runs one of many services: which names it may speak under, and whose tokens it accepts.
 */
export interface ServiceKeys {
  /** The service name under which it signs tokens about other principals, such as users. */
  readonly self: string;
  /** Private ES256 keys by service: its own, and those of other services that run in the same process. */
  readonly privateKeys: Readonly<Record<string, JWK>>;
  /** Public keys of all services, by name. A service has two while its key is being replaced. */
  readonly publicKeys: Readonly<Record<string, readonly JWK[]>>;
  /** The services that clients connect to. Only they may sign tokens for users; any other service only for itself. */
  readonly edges: Readonly<Record<string, Edge>>;
}

/** A service that clients connect to. */
export interface Edge {
  readonly channel: string;
  /** In which its clients act: `anonymous` where it takes those without a token. */
  readonly roles: readonly string[];
}

export interface InternalSigner {
  /** The issuer under which this process signs what it says of others, such as users. */
  readonly self: string;
  /** The issuer of a token about this principal. */
  issuerFor(principal: Principal): string;
  /** The key of an issuer of this process. */
  signerOf(
    issuer: string,
  ): Promise<{ readonly issuer: string; readonly key: CryptoKey | Uint8Array; readonly keyId: string }>;
  /** The key that a token's issuer must have signed it with. */
  readonly keys: JWTVerifyGetKey;
  /** The issuer that speaks for a channel. */
  issuerOfChannel(channel: string): string | undefined;
  /** Whether this issuer may sign tokens about this principal. */
  mayClaim(issuer: string, principal: Principal): boolean;
}

const soleIssuer = 'drburger-internal';

/** The role of clients without a token. */
const nobody = anonymous('', []).grants[0]!.role;

/** A signer for services that run in one process and share one key. */
export async function soleSigner(internalKey: JWK): Promise<InternalSigner> {
  const key = await importJWK(internalKey, 'ES256');
  const keyId = await keyIdOf(internalKey);
  const keys = createLocalJWKSet({ keys: [await named(internalKey)] });
  return {
    self: soleIssuer,
    issuerFor: () => soleIssuer,
    signerOf: () => Promise.resolve({ issuer: soleIssuer, key, keyId }),
    keys,
    issuerOfChannel: () => soleIssuer,
    mayClaim: (issuer) => issuer === soleIssuer,
  };
}

/** A signer for services that each have a key of their own. */
export async function signerAmong(
  { self, privateKeys, publicKeys, edges }: ServiceKeys,
  scopesOf: (role: string) => readonly string[],
): Promise<InternalSigner> {
  const imported = new Map(
    await Promise.all(
      Object.entries(privateKeys).map(
        async ([name, key]) =>
          [name, { issuer: name, key: await importJWK(key, 'ES256'), keyId: await keyIdOf(key) }] as const,
      ),
    ),
  );
  const sets = new Map(
    await Promise.all(
      Object.entries(publicKeys).map(
        async ([name, keys]) => [name, createLocalJWKSet({ keys: await Promise.all(keys.map(named)) })] as const,
      ),
    ),
  );
  return {
    self,
    issuerFor: (principal) => (principal.kind === 'service' ? principal.subject : self),
    signerOf(issuer) {
      const key = imported.get(issuer);
      return key ? Promise.resolve(key) : Promise.reject(new Error(`${self} has no key to speak as ${issuer}`));
    },
    keys: (header, token) => {
      const set = sets.get(decodeJwt(`.${String(token.payload)}.`).iss ?? '');
      if (!set) throw new errors.JWKSNoMatchingKey();
      // A token's header may name its key, which matters while a service has two keys. A token that names none can be
      // checked only if the service has a single key.
      return set(header, token);
    },
    issuerOfChannel: (channel) => Object.keys(edges).find((name) => edges[name]!.channel === channel),
    mayClaim: (issuer, principal) =>
      principal.kind === 'service'
        ? issuer === principal.subject && hasNoRights(principal)
        : Object.hasOwn(edges, issuer) && mayCome(principal, edges[issuer]!, scopesOf),
  };
}

/**
 * A service has no rights of its own: what it may call is decided at each door, by its name. One that claimed scopes
 * for itself could read everybody's data in every domain with its own key alone.
 */
const hasNoRights = ({ grants }: Principal): boolean => grants.length === 0;

/**
 * Whether such a client can have come to this edge. Whoever took over the channel of the guests' phones would otherwise
 * speak as an admin with its key.
 */
const mayCome = (
  { kind, channel, grants }: Principal,
  edge: Edge,
  scopesOf: (role: string) => readonly string[],
): boolean =>
  channel === edge.channel &&
  grants.every(
    ({ role, scopes }) =>
      edge.roles.includes(role) &&
      (role === nobody) === (kind === 'anonymous') &&
      [...scopes].every((scope) => scopesOf(role).includes(scope)),
  );

/** The id (`kid`) of a key: its thumbprint, so that it need not be configured. */
export const keyIdOf = (key: JWK): Promise<string> => calculateJwkThumbprint(publicOf(key));

const named = async (key: JWK): Promise<JWK> => ({ ...publicOf(key), kid: await keyIdOf(key) });

/** The public half of a private key; a public key is returned as it is. */
function publicOf({ d: _secret, ...key }: JWK): JWK {
  return key;
}
