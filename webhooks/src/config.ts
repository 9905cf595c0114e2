import { z } from 'zod';

const signedBy = (whom: string, form: string) =>
  z
    .string()
    .min(16)
    .describe(`${form} by which webhooks of ${whom} are checked; while rotating, two separated by a comma`);

/**
 * The secrets of the door. Each source has keys of its own, since a source that could sign for another could move what
 * is not its own. This file imports no generated code: the list of all settings is made before there is any.
 */
export const config = z.object({
  WEBHOOK_BODY_KEYS: z
    .string()
    .min(1)
    .describe(
      'base64 keys of 32 bytes, separated by commas: wrap the keys of kept bodies of webhooks; the first wraps, all unwrap',
    ),
  WEBHOOK_PAYMENTS_KEYS: signedBy('the payment provider', 'Standard Webhooks secret (base64)'),
  WEBHOOK_KASSA_KEYS: z
    .union([z.string().min(16), z.literal('')])
    .default('')
    .describe(
      'secret by which webhooks of the payment provider Kassa are checked; while rotating, two separated by a comma; empty without a contract',
    ),
  WEBHOOK_VELO_KEYS: signedBy('the delivery partner Velo', 'Standard Webhooks secret (base64)'),
  WEBHOOK_STADTBOTE_KEYS: signedBy(
    'the delivery partner Stadtbote',
    'public ES256 key (SPKI, base64) or HS256 secret (base64)',
  ),
  WEBHOOK_LOYALTY_KEYS: z
    .union([z.string().min(16), z.literal('')])
    .default('')
    .describe(
      'Standard Webhooks secret (base64) by which webhooks of the loyalty partner are checked; while rotating, two separated by a comma; empty without a contract',
    ),
  WEBHOOK_SUPPLIER_KEYS: signedBy('the supplier', 'public ES256 key (SPKI, base64) or HS256 secret (base64)'),
});

export type KeysName = Exclude<keyof z.output<typeof config>, 'WEBHOOK_BODY_KEYS'>;
