import type { QueryResolvers } from '#generated/orders/resolvers.ts';
import { worksAt } from '../../ownership.ts';
import { kitchenQueueChanges as changesOf } from '../../readModels/kitchenQueueChanges.ts';

export const kitchenQueueChanges: QueryResolvers['kitchenQueueChanges'] = (
  _parent,
  { storeId, since },
  { domain, principal },
) => (worksAt(principal, storeId) ? changesOf(domain, storeId, since ?? null) : null);
