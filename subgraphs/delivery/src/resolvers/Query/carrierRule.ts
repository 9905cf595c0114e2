import type { QueryResolvers } from '#generated/delivery/resolvers.ts';
import { isId } from '#platform/domain/id.ts';
import { ruleOf } from '../../carriers/carrierRule.ts';
import { canManage } from '../../ownership.ts';

/** Null for a store that the caller does not manage, as for one that does not exist. */
export const carrierRule: QueryResolvers['carrierRule'] = (_parent, { storeId }, { domain, principal }) =>
  isId(storeId) && canManage(principal, storeId) ? ruleOf(domain.db, storeId) : null;
