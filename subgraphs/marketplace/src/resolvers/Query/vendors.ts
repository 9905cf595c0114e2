import type { QueryResolvers } from '#generated/marketplace/resolvers.ts';
import { pagedList, sortable } from '#platform/subgraph/connection.ts';

const list = pagedList('vendors', [sortable.text, sortable.id]);

export const vendors: QueryResolvers['vendors'] = async (_parent, args, { domain }) => {
  const page = list.page(args);
  const [name, id] = page.after ?? [];
  const rows = await domain.db.vendor.findMany({
    where: name === undefined ? {} : { OR: [{ name: { gt: name } }, { name, id: { gt: id! } }] },
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
    take: page.limit + 1,
  });
  return list.connection(rows, page, (row) => [row.name, row.id]);
};
