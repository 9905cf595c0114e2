import { z } from 'zod';
import { piiConfig } from '#platform/pii/domainKeyring.ts';

/** The secrets of the relay. This file imports no generated code: the list of settings is made before there is any. */
export const relayConfig = z.object({
  PII_MASTER_KEYS: piiConfig.PII_MASTER_KEYS,
  WEBHOOK_TOKEN_SIGNING_KEY: z
    .string()
    .min(1)
    .describe(
      'signs the tokens of webhooks to partners: a private ES256 key as JWK, or a list of them; the first signs, the public halves of all are published',
    ),
});
