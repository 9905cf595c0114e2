import type { QueryResolvers } from '#generated/orders/resolvers.ts';
import { worksAt } from '../../ownership.ts';

export const kitchenQueue: QueryResolvers['kitchenQueue'] = (_parent, { storeId }, { loaders, principal }) =>
  worksAt(principal, storeId) ? loaders.ticketsOf.load(storeId) : null;
