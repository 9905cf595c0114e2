import { randomBytes } from 'node:crypto';
import type { WrappingKeys } from '#platform/pii/keyring.ts';
import { open, seal, type SealedPlace } from '#platform/pii/sealedField.ts';

const placeOf = (endpointId: string): SealedPlace => ({ field: 'webhook_endpoint.secret', row: endpointId });

export interface SealedSecret {
  readonly secret: Uint8Array<ArrayBuffer>;
  readonly wrappedKey: Uint8Array<ArrayBuffer>;
}

/** Makes the secret of an endpoint, in the form of Standard Webhooks, and what is stored of it. */
export function newSecret(keys: WrappingKeys, endpointId: string): { text: string; sealed: SealedSecret } {
  const text = `whsec_${randomBytes(32).toString('base64')}`;
  const { key, wrapped } = keys.newDataKey(endpointId);
  return { text, sealed: { secret: seal(key, placeOf(endpointId), text), wrappedKey: wrapped } };
}

export const openSecret = (
  keys: WrappingKeys,
  endpointId: string,
  { secret, wrappedKey }: { readonly secret: Uint8Array; readonly wrappedKey: Uint8Array },
): string => open(keys.unwrap(endpointId, wrappedKey), placeOf(endpointId), secret);
