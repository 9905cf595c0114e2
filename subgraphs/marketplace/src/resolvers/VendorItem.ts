import type { VendorItemResolvers } from '#generated/marketplace/resolvers.ts';
import { inLocale } from '../order.ts';
import { moneyOf } from '../views.ts';

export const VendorItem: VendorItemResolvers = {
  name: ({ name }, { locale }) => inLocale(name, locale),
  price: (item) => moneyOf(item, item.price),
};
