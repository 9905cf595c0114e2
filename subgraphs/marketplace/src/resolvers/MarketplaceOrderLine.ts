import type { MarketplaceOrderLineResolvers } from '#generated/marketplace/resolvers.ts';
import { inLocale } from '../order.ts';
import { moneyOf } from '../views.ts';

export const MarketplaceOrderLine: MarketplaceOrderLineResolvers = {
  name: ({ name }, { locale }) => inLocale(name, locale),
  total: (line) => moneyOf(line, line.total),
};
