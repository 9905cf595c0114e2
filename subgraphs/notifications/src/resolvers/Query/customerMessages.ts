import type { QueryResolvers } from '#generated/notifications/resolvers.ts';
import { isId } from '#platform/domain/id.ts';
import { pagedList, sortable } from '#platform/subgraph/connection.ts';
import { keyOfRecipient } from '../../sealedContent.ts';

const list = pagedList('customerMessages', [sortable.instant, sortable.id]);

export const customerMessages: QueryResolvers['customerMessages'] = async (_parent, args, { domain }) => {
  const { customerId } = args;
  const page = list.page(args, customerId);
  if (!isId(customerId)) return list.connection([], page, () => ['', '']);
  const [createdAt, id] = page.after ?? [];
  const rows = await domain.db.message.findMany({
    where: {
      customerId,
      ...(createdAt !== undefined && { OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }] }),
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: page.limit + 1,
  });
  const key = await keyOfRecipient(domain, customerId);
  return list.connection(
    rows.map((row) => ({ ...row, key })),
    page,
    (row) => [row.createdAt.toISOString(), row.id],
  );
};
