import { z } from 'zod';
import { piiConfig } from '#platform/pii/domainKeyring.ts';

const address = (partner: string) =>
  z
    .union([z.url(), z.literal('')])
    .default('')
    .describe(`base address of the delivery partner ${partner}, without a slash at the end; empty without a contract`);

export const config = z.object({
  ...piiConfig,
  DELIVERY_VELO_URL: address('Velo'),
  DELIVERY_VELO_API_KEY: z.string().default('').describe('API key for the delivery partner Velo'),
  DELIVERY_STADTBOTE_URL: address('Stadtbote'),
  DELIVERY_STADTBOTE_PASSWORD: z.string().default('').describe('password at the delivery partner Stadtbote'),
  DELIVERY_PARTNER_PATIENCE_SECONDS: z.coerce
    .number()
    .min(0)
    .default(60)
    .describe(
      'how long a delivery waits for a partner that may have taken it, but does not answer; then another is asked, and the job is called off as soon as the partner answers',
    ),
});
