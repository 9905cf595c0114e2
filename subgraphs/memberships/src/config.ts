import { z } from 'zod';
import type { Memberships } from './context.ts';

export const config = z.object({
  MEMBERSHIP_BILLING_SECONDS: z.coerce
    .number()
    .positive()
    .default(15)
    .describe('time between two rounds that renew memberships, take what is due and pay back what is owed'),
});

export const billingOf = (domain: Memberships): number =>
  (domain.config as z.output<typeof config>).MEMBERSHIP_BILLING_SECONDS;
