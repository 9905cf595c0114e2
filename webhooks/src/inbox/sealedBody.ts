import { createWrappingKeys } from '#platform/pii/keyring.ts';
import { open, seal } from '#platform/pii/sealedField.ts';

export interface SealedBody {
  readonly sealedBody: Uint8Array;
  readonly wrappedKey: Uint8Array;
}

const field = 'webhook.sealed_body';

/** Seals bodies and opens them again: each has a key of its own, bound to its source and message id. */
export function bodySealer(masterKeys: string) {
  const keys = createWrappingKeys(masterKeys);
  const owner = (source: string, messageId: string): string => `${source}\n${messageId}`;
  return {
    seal(source: string, messageId: string, body: string): SealedBody {
      const { key, wrapped } = keys.newDataKey(owner(source, messageId));
      return { sealedBody: seal(key, { field, row: JSON.stringify([source, messageId]) }, body), wrappedKey: wrapped };
    },
    open: (source: string, messageId: string, { sealedBody, wrappedKey }: SealedBody): string =>
      open(
        keys.unwrap(owner(source, messageId), wrappedKey),
        { field, row: JSON.stringify([source, messageId]) },
        sealedBody,
      ),
  };
}

export type BodySealer = ReturnType<typeof bodySealer>;
