import { z } from 'zod';
import { createKeyring, type Keyring } from './keyring.ts';

/**
 * The settings of a domain that stores personal data. They are secrets without a default: a start without them must
 * fail, since data sealed by a key that was made up would be unreadable after the next start.
 */
export const piiConfig = {
  PII_MASTER_KEYS: z
    .string()
    .min(1)
    .describe(
      'base64 keys of 32 bytes, separated by commas: wrap the keys of customers’ data; the first wraps, all unwrap',
    ),
  PII_INDEX_KEY: z.string().min(1).describe('base64 key of 32 bytes: finds sealed data again; never change it'),
};

const known = new WeakMap<object, Keyring>();

/** The keyring of a running domain whose definition declares `piiConfig`. It is made once per domain. */
export function keyringOf(domain: { readonly config: Readonly<Record<string, unknown>> }): Keyring {
  let keyring = known.get(domain.config);
  if (!keyring) {
    keyring = createKeyring({
      masterKeys: String(domain.config['PII_MASTER_KEYS']),
      indexKey: String(domain.config['PII_INDEX_KEY']),
    });
    known.set(domain.config, keyring);
  }
  return keyring;
}
