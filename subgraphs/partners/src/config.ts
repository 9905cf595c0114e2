import { z } from 'zod';
import { piiConfig } from '#platform/pii/domainKeyring.ts';

/** The keyring seals the keys by which signatures are checked, and the secrets of webhooks. */
export const config = z.object({
  ...piiConfig,
  WEBHOOK_TARGETS: z
    .enum(['public', 'any'])
    .default('public')
    .describe('where partners’ webhooks may go: https on the internet, or (development only) anywhere'),
  VENDOR_WEBHOOK_SECONDS: z.coerce
    .number()
    .positive()
    .default(60)
    .describe('how long a vendor’s system has to take the webhook of a new order, before the vendor is told by e-mail'),
});
