import type { QueryResolvers } from '#generated/partners/resolvers.ts';
import { pagedList, sortable } from '#platform/subgraph/connection.ts';

const list = pagedList('partnerAccounts', [sortable.text]);

export const partnerAccounts: QueryResolvers['partnerAccounts'] = async (_parent, args, { domain }) => {
  const page = list.page(args);
  const [after] = page.after ?? [];
  const rows = await domain.db.partner.findMany({
    where: after === undefined ? {} : { name: { gt: after } },
    orderBy: { name: 'asc' },
    take: page.limit + 1,
  });
  return list.connection(rows, page, ({ name }) => [name]);
};
