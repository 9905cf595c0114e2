import { z } from 'zod';
import type { Marketplace } from './context.ts';

export const config = z.object({
  MARKETPLACE_FULFILMENT_SECONDS: z.coerce
    .number()
    .positive()
    .default(86_400)
    .describe('how long a vendor has to fulfil an order that it has accepted, before the customer is paid back'),
  MARKETPLACE_PAYOUT_SECONDS: z.coerce
    .number()
    .positive()
    .default(86_400)
    .describe('time between two payouts to a vendor'),
  MARKETPLACE_ROUND_SECONDS: z.coerce
    .number()
    .positive()
    .default(15)
    .describe('time between two rounds that pay vendors, and pay back customers'),
});

const settingsOf = (domain: Marketplace) => domain.config as z.output<typeof config>;

export const fulfilmentSecondsOf = (domain: Marketplace): number => settingsOf(domain).MARKETPLACE_FULFILMENT_SECONDS;
export const payoutSecondsOf = (domain: Marketplace): number => settingsOf(domain).MARKETPLACE_PAYOUT_SECONDS;
export const roundSecondsOf = (domain: Marketplace): number => settingsOf(domain).MARKETPLACE_ROUND_SECONDS;
