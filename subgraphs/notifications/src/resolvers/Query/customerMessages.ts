import type { QueryResolvers } from '#generated/notifications/resolvers.ts';
import { isId } from '#platform/domain/id.ts';
import { pagedList, sortable } from '#platform/subgraph/connection.ts';
import type { Tx } from '../../context.ts';
import { keyOfRecipient } from '../../sealedContent.ts';

const list = pagedList('customerMessages', [sortable.instant, sortable.id]);

export const customerMessages: QueryResolvers['customerMessages'] = async (_parent, args, { domain }) => {
  const { customerId } = args;
  const page = list.page(args, customerId);
  if (!isId(customerId)) return list.connection([], page, () => ['', '']);
  const [time, id] = page.after ?? [];
  const createdAt = time === undefined ? undefined : new Date(time);
  const read = async (tx: Tx) => ({
    rows: await tx.message.findMany({
      where: {
        customerId,
        ...(createdAt !== undefined && { OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }] }),
      },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: page.limit + 1,
    }),
    key: await keyOfRecipient(domain, customerId, tx),
  });
  // Of one instant: the key may be exchanged, and the rows are opened later.
  const { rows, key } = await domain.db.$transaction(read, { isolationLevel: 'RepeatableRead' });
  return list.connection(
    rows.map((row) => ({ ...row, key })),
    page,
    (row) => [row.createdAt.toISOString(), row.id],
  );
};
