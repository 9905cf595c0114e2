import type { QueryResolvers } from '#generated/memberships/resolvers.ts';
import { offersIn } from '../../plans.ts';
import { storeOf } from '../../stores.ts';

export const membershipPlans: QueryResolvers['membershipPlans'] = async (_parent, { storeId }, { domain }) => {
  const store = await storeOf(domain, storeId);
  return store ? offersIn(domain.db, store.country, domain.clock()) : [];
};
