import { createHash } from 'node:crypto';

/** The timestamp in all seeded ids, so that seeded entities sort before everything that is created later. */
const SEEDED_AT = Date.UTC(2025, 0, 1);

/**
 * The id of a seeded entity: it is the same for the same kind and key on every machine and in every domain. It has
 * the form of a UUIDv7 whose timestamp is 2025-01-01 and whose random bits come from SHA-256 of `<kind>/<key>`.
 */
export function seedId(kind: string, key: string | number): string {
  const bytes = createHash('sha256').update(`${kind}/${key}`).digest().subarray(0, 16);
  bytes.writeUIntBE(SEEDED_AT, 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
