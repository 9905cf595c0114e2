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
import type { Principal } from './principal.ts';

/** Who this process is among services in processes of their own, and whom it believes. */
export interface ServiceKeys {
  /** The name under which it speaks of others. */
  readonly self: string;
  /** Private ES256 keys by name: its own, and of other services that run in it. */
  readonly privateKeys: Readonly<Record<string, JWK>>;
  /** Public keys of all services, by name; two of one while its key is exchanged. */
  readonly publicKeys: Readonly<Record<string, readonly JWK[]>>;
  /** Those that let clients in: they are believed about who a user is. Any other service speaks for itself alone. */
  readonly edges: readonly string[];
}

export interface InternalSigner {
  /** By whom, and with what, a token about this principal is signed. */
  signerOf(
    principal: Principal,
  ): Promise<{ readonly issuer: string; readonly key: CryptoKey | Uint8Array; readonly keyId: string }>;
  /** The key that a token's issuer must have signed it with. */
  readonly keys: JWTVerifyGetKey;
  /** Whether this issuer may say that it is, or brings, this principal. */
  mayClaim(issuer: string, principal: Pick<Principal, 'kind' | 'subject'>): boolean;
}

const soleIssuer = 'drburger-internal';

/** All that speak to each other are in one process, or trust one key. */
export async function soleSigner(internalKey: JWK): Promise<InternalSigner> {
  const key = await importJWK(internalKey, 'ES256');
  const keyId = await keyIdOf(internalKey);
  const keys = createLocalJWKSet({ keys: [await named(internalKey)] });
  return {
    signerOf: () => Promise.resolve({ issuer: soleIssuer, key, keyId }),
    keys,
    mayClaim: (issuer) => issuer === soleIssuer,
  };
}

/** Each service has a key of its own. */
export async function signerAmong({ self, privateKeys, publicKeys, edges }: ServiceKeys): Promise<InternalSigner> {
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
    signerOf(principal) {
      const issuer = principal.kind === 'service' ? principal.subject : self;
      const key = imported.get(issuer);
      return key ? Promise.resolve(key) : Promise.reject(new Error(`${self} has no key to speak as ${issuer}`));
    },
    keys: (header, token) => {
      const set = sets.get(decodeJwt(`.${String(token.payload)}.`).iss ?? '');
      if (!set) throw new errors.JWKSNoMatchingKey();
      // While a key is exchanged a service has two, and a token says by which it is signed; one that says nothing fits
      // a sole key.
      return set(header, token);
    },
    mayClaim: (issuer, { kind, subject }) => (kind === 'service' ? issuer === subject : edges.includes(issuer)),
  };
}

/** The id of a key follows from the key. */
export const keyIdOf = (key: JWK): Promise<string> => calculateJwkThumbprint(publicOf(key));

const named = async (key: JWK): Promise<JWK> => ({ ...publicOf(key), kid: await keyIdOf(key) });

/** The public half of a private key; of a public one, itself. */
function publicOf({ d: _secret, ...key }: JWK): JWK {
  return key;
}
