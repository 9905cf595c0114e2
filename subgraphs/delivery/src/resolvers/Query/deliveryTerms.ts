import type { QueryResolvers } from '#generated/delivery/resolvers.ts';
import { isId } from '#platform/domain/id.ts';
import { termsOf } from '../../deliveryTerms.ts';
import { canManage } from '../../ownership.ts';

/** Null for a store that the caller does not manage, as for one that does not exist. */
export const deliveryTerms: QueryResolvers['deliveryTerms'] = (_parent, { storeId }, { domain, principal }) =>
  isId(storeId) && canManage(principal, storeId) ? termsOf(domain.db, storeId) : null;
