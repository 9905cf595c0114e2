import type { QueryResolvers } from '#generated/delivery/resolvers.ts';
import { isAdmin } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import { storesWith } from '#schema/storesWith.ts';
import { termsOf } from '../../deliveryTerms.ts';

/** Null for a store that the caller does not manage, as for one that does not exist. */
export const deliveryTerms: QueryResolvers['deliveryTerms'] = (_parent, { storeId }, { domain, principal }) =>
  isId(storeId) && (isAdmin(principal) || storesWith(principal, 'store:manage').includes(storeId))
    ? termsOf(domain.db, storeId)
    : null;
