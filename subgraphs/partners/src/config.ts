import { z } from 'zod';
import { piiConfig } from '#platform/pii/domainKeyring.ts';

/** The keyring seals the keys by which signatures are checked, and the secrets of webhooks. */
export const config = z.object({
  ...piiConfig,
  WEBHOOK_TARGETS: z
    .enum(['public', 'any'])
    .default('public')
    .describe('where partners’ webhooks may go: https on the internet, or (development only) anywhere'),
});
