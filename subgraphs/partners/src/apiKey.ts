import { createHash, createHmac, randomBytes } from 'node:crypto';

/**
 * An API key is `drb_<app>_<id>_<secret>`. What stands before the last underscore is its public part: it names the app
 * to whoever finds the key in a log. The secret has 256 random bits, so that a plain hash of it cannot be guessed from.
 */
export interface NewApiKey {
  readonly id: string;
  readonly secret: string;
  /** The whole key, as the partner keeps it. */
  readonly text: string;
}

const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';
const idCharacters = 10;

export function newApiKey(app: string): NewApiKey {
  const id = `drb_${app}_${[...randomBytes(idCharacters)].map((byte) => alphabet[byte % alphabet.length]).join('')}`;
  // Hexadecimal, since base64url has underscores of its own.
  const secret = randomBytes(32).toString('hex');
  return { id, secret, text: `${id}_${secret}` };
}

const pattern = /^(drb_[a-z0-9]{3,30}_[a-z2-9]{10})_([0-9a-f]{64})$/;

/** The two parts of a key; undefined for a text that is none. */
export function readApiKey(text: string): { readonly id: string; readonly secret: string } | undefined {
  const [, id, secret] = pattern.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/**
 * The key that signs requests is derived from the secret, so that a partner keeps one thing, and so that what is
 * stored to check signatures (sealed) does not give the secret away.
 */
export const signingKeyOf = (secret: string): Buffer =>
  createHmac('sha256', secret).update('drburger-request-signing-v1').digest();
