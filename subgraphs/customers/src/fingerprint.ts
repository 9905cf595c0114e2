import { keyringOf } from '#platform/pii/domainKeyring.ts';
import type { Customers } from './context.ts';

/**
 * What an idempotency key remembers of an input with personal data: equal inputs give equal fingerprints, and nobody
 * without the index key can try out names and addresses on them.
 */
export const fingerprint = (domain: Pick<Customers, 'config'>, input: unknown): string =>
  Buffer.from(keyringOf(domain).blindIndex('idempotency', JSON.stringify(input))).toString('base64url');
