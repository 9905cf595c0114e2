import type { QueryResolvers } from '#generated/delivery/resolvers.ts';
import { isId } from '#platform/domain/id.ts';
import { termsOf } from '../../deliveryTerms.ts';

export const deliveryTerms: QueryResolvers['deliveryTerms'] = (_parent, { storeId }, { domain }) =>
  isId(storeId) ? termsOf(domain.db, storeId) : null;
