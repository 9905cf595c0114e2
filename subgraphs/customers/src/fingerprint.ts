import { keyringOf } from '#platform/pii/domainKeyring.ts';
import type { Customers } from './context.ts';

/**
 * What is stored with an idempotency key in place of an input with personal data. Equal inputs give equal
 * fingerprints, and nobody without the index key can find out names and addresses by trying them.
 */
export const fingerprint = (domain: Pick<Customers, 'config'>, input: unknown): string =>
  Buffer.from(keyringOf(domain).blindIndex('idempotency', JSON.stringify(input))).toString('base64url');
