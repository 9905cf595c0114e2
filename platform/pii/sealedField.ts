import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { DataKey } from './keyring.ts';

/**
 * A personal value as it is stored: 1 byte of format, 12 of nonce, 16 of tag, then the text, encrypted by AES-256-GCM.
 */
export type Sealed = Uint8Array<ArrayBuffer>;

/** Where a sealed value stands, to which it is bound: copied to another place it does not open. */
export interface SealedPlace {
  /** Table and column, such as `customer.email`. */
  readonly field: string;
  /** The primary key of the row. */
  readonly row: string;
}

/** Bound to table, column and row. */
const boundToRow = 2;
/** Bound to table and column, as all were once; it is still opened. */
const boundToField = 1;
const nonceEnd = 1 + 12;
const tagEnd = nonceEnd + 16;

/** What is authenticated besides the text. Neither a field nor the id of a row has a line break. */
const additionalData = (format: number, { field, row }: SealedPlace): Buffer =>
  Buffer.from(format === boundToField ? field : `${field}\n${row}`);

/** Seals a text for its place. */
export function seal(key: DataKey, place: SealedPlace, text: string): Sealed {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(additionalData(boundToRow, place));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return new Uint8Array(Buffer.concat([Buffer.from([boundToRow]), nonce, cipher.getAuthTag(), body]));
}

/** A value was changed, or sealed with another key or for another place. */
export class NotOpened extends Error {
  override readonly name = 'NotOpened';
}

/** Opens a sealed value. @throws NotOpened */
export function open(key: DataKey, place: SealedPlace, sealed: Uint8Array): string {
  const bytes = Buffer.from(sealed);
  const format = bytes[0];
  if (format !== boundToRow && format !== boundToField)
    throw new NotOpened(`sealed value of ${place.field} has an unknown format`);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, nonceEnd), { authTagLength: 16 })
      .setAAD(additionalData(format, place))
      .setAuthTag(bytes.subarray(nonceEnd, tagEnd));
    return decipher.update(bytes.subarray(tagEnd), undefined, 'utf8') + decipher.final('utf8');
  } catch (error) {
    throw new NotOpened(`sealed value of ${place.field} does not open`, { cause: error });
  }
}
