import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { DataKey } from './keyring.ts';

/**
 * A personal value as it is stored: 1 byte of format, 12 of nonce, 16 of tag, then the text, encrypted by AES-256-GCM.
 */
export type Sealed = Uint8Array<ArrayBuffer>;

const format = 1;
const nonceEnd = 1 + 12;
const tagEnd = nonceEnd + 16;

/** Seals a text. It is bound to `field`, such as `customer.email`: copied into another column it does not open. */
export function seal(key: DataKey, field: string, text: string): Sealed {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(field));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return new Uint8Array(Buffer.concat([Buffer.from([format]), nonce, cipher.getAuthTag(), body]));
}

/** Opens a sealed value. Throws when it was changed, or sealed with another key or for another field. */
export function open(key: DataKey, field: string, sealed: Uint8Array): string {
  const bytes = Buffer.from(sealed);
  if (bytes[0] !== format) throw new Error(`sealed value of ${field} has an unknown format`);
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, nonceEnd), { authTagLength: 16 })
    .setAAD(Buffer.from(field))
    .setAuthTag(bytes.subarray(nonceEnd, tagEnd));
  return decipher.update(bytes.subarray(tagEnd), undefined, 'utf8') + decipher.final('utf8');
}
