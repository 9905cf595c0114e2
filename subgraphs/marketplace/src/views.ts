import type { MarketplaceOrder, Vendor } from '#generated/marketplace/prisma/client.ts';

/** An amount in the currency of what it belongs to. */
export const moneyOf = (
  { currency, exponent }: Pick<Vendor | MarketplaceOrder, 'currency' | 'exponent'>,
  amount: number,
) => ({ amount, currency, exponent });
