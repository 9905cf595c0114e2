import type { Payment } from '#generated/payments/prisma/client.ts';
import { pagedList, sortable, type Page } from '#platform/subgraph/connection.ts';
import type { Payments } from './context.ts';
import type { PaymentStatus } from './payment.ts';

export const paymentList = pagedList('payments', [sortable.instant, sortable.id]);

/** The payments of a store, newest first: one more than the page holds, which tells whether there is a next page. */
export function findPayments(
  domain: Payments,
  filter: { storeId: string; status: PaymentStatus | undefined },
  page: Page<readonly [string, string]>,
): Promise<Payment[]> {
  const before = page.after && { createdAt: page.after[0], id: page.after[1] };
  return domain.db.payment.findMany({
    where: {
      ...filter,
      ...(before && {
        OR: [{ createdAt: { lt: before.createdAt } }, { createdAt: before.createdAt, id: { lt: before.id } }],
      }),
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: page.limit + 1,
  });
}
