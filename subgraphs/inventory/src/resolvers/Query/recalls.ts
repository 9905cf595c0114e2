import type { QueryResolvers } from '#generated/inventory/resolvers.ts';
import { ownsStock } from '../../ownership.ts';
import { readRecalls, recallList } from '../../suppliers/purchaseOrderQueries.ts';

export const recalls: QueryResolvers['recalls'] = async (_parent, args, { domain, principal }) => {
  if (!ownsStock(principal, 'stock:read', args.storeId)) return null;
  const page = recallList.page(args, args.storeId);
  const rows = await readRecalls(domain, args.storeId, page);
  return recallList.connection(rows, page, ({ at, recallId }) => [at.toISOString(), recallId]);
};
