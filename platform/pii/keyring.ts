import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** The unwrapped key that seals one person's fields. Keep it no longer than a request; never store or log it. */
export type DataKey = Uint8Array<ArrayBuffer>;

/**
 * Keys for personal data. Each person has a data key of their own, which is stored wrapped (encrypted by a master key).
 * Deleting the wrapped key makes the person's sealed fields unreadable in all copies, which erases the person. Backups
 * of the wrapped keys must therefore be deleted within the time promised for an erasure.
 */
export interface WrappingKeys {
  /** Makes a new data key for one owner, and its wrapped form to store, which only this owner's id unwraps again. */
  newDataKey(owner: string): { key: DataKey; wrapped: Uint8Array<ArrayBuffer> };
  /**
   * Unwraps an owner's data key. Throws when the wrapped key belongs to another owner, was changed, or was wrapped by a
   * master key that is not configured.
   */
  unwrap(owner: string, wrapped: Uint8Array): DataKey;
  /** By which wrapped keys begin that the first master key has wrapped: the others are left from before a rotation. */
  readonly currentId: Uint8Array<ArrayBuffer>;
  /** Wraps an owner's data key by the first master key, whichever has wrapped it. Throws as `unwrap` does. */
  rewrap(owner: string, wrapped: Uint8Array): Uint8Array<ArrayBuffer>;
}

/** Wrapping keys, and a key by which sealed values are found again. */
export interface Keyring extends WrappingKeys {
  /**
   * Computes 32 bytes by which a sealed value can be looked up without unsealing the others: equal values of one field
   * give equal bytes, which reveal nothing without the index key. Normalise the value first (case, blanks).
   */
  blindIndex(field: string, value: string): Uint8Array<ArrayBuffer>;
}

const keyIdBytes = 4;
const nonceBytes = 12;
const tagBytes = 16;

const readKey = (name: string, text: string): Buffer => {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== 32) throw new Error(`${name} must be 32 bytes in base64 (make one with: openssl rand -base64 32)`);
  return key;
};

/** Identifies a master key by the first bytes of its hash, so that master keys can be rotated. */
const keyId = (key: Buffer): Buffer => createHash('sha256').update(key).digest().subarray(0, keyIdBytes);

/**
 * Reads the keys that wrap data keys: base64 keys of 32 bytes, separated by commas. The first one wraps new data keys,
 * all of them unwrap; to rotate, put the new key in front.
 */
export function createWrappingKeys(masterKeys: string): WrappingKeys {
  const masters = masterKeys.split(',').map((text) => readKey('a master key', text));
  const current = masters[0]!;
  const byId = new Map(masters.map((key) => [keyId(key).toString('hex'), key]));

  const wrap = (owner: string, key: DataKey): Uint8Array<ArrayBuffer> => {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', current, nonce).setAAD(Buffer.from(owner));
    const body = Buffer.concat([cipher.update(key), cipher.final()]);
    return new Uint8Array(Buffer.concat([keyId(current), nonce, cipher.getAuthTag(), body]));
  };

  const keys: WrappingKeys = {
    currentId: new Uint8Array(keyId(current)),
    newDataKey(owner) {
      const key = new Uint8Array(randomBytes(32));
      return { key, wrapped: wrap(owner, key) };
    },
    rewrap: (owner, wrapped) => wrap(owner, keys.unwrap(owner, wrapped)),
    unwrap(owner, wrapped) {
      const bytes = Buffer.from(wrapped);
      const master = byId.get(bytes.subarray(0, keyIdBytes).toString('hex'));
      if (!master) throw new Error('the master key that wrapped this data key is not configured');
      const nonceEnd = keyIdBytes + nonceBytes;
      const tagEnd = nonceEnd + tagBytes;
      const decipher = createDecipheriv('aes-256-gcm', master, bytes.subarray(keyIdBytes, nonceEnd), {
        authTagLength: tagBytes,
      })
        .setAAD(Buffer.from(owner))
        .setAuthTag(bytes.subarray(nonceEnd, tagEnd));
      return new Uint8Array(Buffer.concat([decipher.update(bytes.subarray(tagEnd)), decipher.final()]));
    },
  };
  return keys;
}

/** Makes a keyring. `indexKey` must never change, or no value is found any more. */
export function createKeyring({ masterKeys, indexKey }: { masterKeys: string; indexKey: string }): Keyring {
  const index = readKey('PII index key', indexKey);
  return {
    ...createWrappingKeys(masterKeys),
    blindIndex(field, value) {
      const fieldKey = Buffer.from(hkdfSync('sha256', index, '', `blind-index:${field}`, 32));
      return new Uint8Array(createHmac('sha256', fieldKey).update(value.normalize('NFKC')).digest());
    },
  };
}
