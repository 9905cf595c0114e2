import type { StoreDayResolvers } from '#generated/orders/resolvers.ts';
import { underWay } from '../storeDay.ts';

export const StoreDay: StoreDayResolvers = {
  store: ({ storeId }) => ({ id: storeId }),
  counts: ({ counts }) => [...counts],
  underWay: ({ storeId }, _args, { domain }) => underWay(domain, storeId),
};
