import { z } from 'zod';
import { hasContract } from '#platform/outward/hasContract.ts';
import { outwardOf } from '#platform/outward/outwardOf.ts';
import { counterparts } from '#schema/counterparts.ts';
import type { Loyalty } from './context.ts';
import { accountsLoyaltyPartner } from './partner/accountsLoyaltyPartner.ts';
import type { LoyaltyPartner } from './partner/loyaltyPartner.ts';
import { transactionsLoyaltyPartner } from './partner/transactionsLoyaltyPartner.ts';

export const config = z.object({
  LOYALTY_PARTNER_URL: z
    .union([z.literal(''), z.url()])
    .default('')
    .describe(
      'base address of the loyalty partner, who books all points, too, without a slash at the end; empty: there is none',
    ),
  LOYALTY_PARTNER_API: z
    .enum(['accounts', 'transactions'])
    .default('accounts')
    .describe(
      'how the loyalty partner is spoken to: by its accounts, or by transactions (sandbox/loyaltyPartner/README.md)',
    ),
  LOYALTY_PARTNER_API_KEY: z.string().default('').describe('API key for the loyalty partner'),
  LOYALTY_PARTNER_FILES_SECONDS: z.coerce
    .number()
    .positive()
    .default(3_600)
    .describe('time between two looks for files of the loyalty partner that were not taken in yet'),
});

const settingsOf = ({ config: settings }: Pick<Loyalty, 'config'>) => settings as z.output<typeof config>;

/** @throws StartupError when the partner's address is set, but not its key */
export const hasPartner = (domain: Loyalty): boolean =>
  hasContract(settingsOf(domain), 'LOYALTY_PARTNER_URL', 'LOYALTY_PARTNER_API_KEY');

const adapters = { accounts: accountsLoyaltyPartner, transactions: transactionsLoyaltyPartner } as const;

export const partnerOf = (domain: Loyalty): LoyaltyPartner =>
  adapters[settingsOf(domain).LOYALTY_PARTNER_API]({
    url: settingsOf(domain).LOYALTY_PARTNER_URL,
    apiKey: settingsOf(domain).LOYALTY_PARTNER_API_KEY,
    outward: outwardOf(domain, counterparts.loyaltyPartner),
  });

export const filesEveryMs = (domain: Loyalty): number => settingsOf(domain).LOYALTY_PARTNER_FILES_SECONDS * 1_000;
