import type { QueryResolvers } from '#generated/orders/resolvers.ts';
import { asDate } from '../../findOrders.ts';
import { manages } from '../../ownership.ts';
import { storeDay as dayOf } from '../../storeDay.ts';

export const storeDay: QueryResolvers['storeDay'] = (_parent, { storeId, date }, { domain, principal }) =>
  manages(principal, storeId) ? dayOf(domain, storeId, asDate(date)) : null;
