import type { Payment } from '#generated/payments/prisma/client.ts';
import { olderThan, pagedList, sortable, type Page } from '#platform/subgraph/connection.ts';
import type { Payments } from './context.ts';
import type { PaymentStatus } from './payment.ts';

export const paymentList = pagedList('payments', [sortable.instant, sortable.id]);

/** The payments of a store, newest first: one more than the page holds, which tells whether there is a next page. */
export function findPayments(
  domain: Payments,
  filter: { storeId: string; status: PaymentStatus | undefined },
  page: Page<readonly [string, string]>,
): Promise<Payment[]> {
  return domain.db.payment.findMany({
    where: { ...filter, ...olderThan(page.after) },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: page.limit + 1,
  });
}
