import type { QueryResolvers } from '#generated/inventory/resolvers.ts';
import { ownsStock } from '../../ownership.ts';
import { purchaseOrderList, readPurchaseOrders } from '../../suppliers/purchaseOrderQueries.ts';

export const purchaseOrders: QueryResolvers['purchaseOrders'] = async (_parent, args, { domain, principal }) => {
  const { storeId, openOnly } = args;
  if (!ownsStock(principal, 'stock:read', storeId)) return null;
  const page = purchaseOrderList.page(args, storeId);
  const rows = await readPurchaseOrders(domain, storeId, openOnly ?? false, page);
  return purchaseOrderList.connection(rows, page, ({ createdAt, id }) => [createdAt.toISOString(), id]);
};
