import type { MarketplaceOrder } from '#generated/marketplace/prisma/client.ts';
import { olderThan, pagedList, sortable, type Connection, type PageArgs } from '#platform/subgraph/connection.ts';
import type { Marketplace } from './context.ts';
import type { MarketplaceOrderStatus } from './order.ts';

const orderList = pagedList('marketplaceOrders', [sortable.instant, sortable.id]);

export type OrderFilter = ({ readonly customerId: string } | { readonly vendorId: string }) & {
  readonly status?: { in: MarketplaceOrderStatus[] };
};

/** A page of the orders of a customer or of a vendor, newest first. */
export async function findOrders(
  domain: Marketplace,
  filter: OrderFilter,
  args: PageArgs,
): Promise<Connection<MarketplaceOrder>> {
  const page = orderList.page(args, 'customerId' in filter ? filter.customerId : filter.vendorId);
  const rows = await domain.db.marketplaceOrder.findMany({
    where: { ...filter, ...olderThan(page.after) },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: page.limit + 1,
  });
  return orderList.connection(rows, page, ({ createdAt, id }) => [createdAt.toISOString(), id]);
}
