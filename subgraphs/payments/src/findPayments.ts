import type { Payment } from '#generated/payments/prisma/client.ts';
import type { Page } from '#platform/subgraph/connection.ts';
import type { Payments } from './context.ts';
import type { PaymentStatus } from './payment.ts';

/** Payments of a store, newest first; one more than the page holds. */
export function findPayments(domain: Payments, filter: { storeId: string; status: PaymentStatus | undefined }, page: Page): Promise<Payment[]> {
  const [createdAt, id] = page.after ?? [];
  const before = page.after && { createdAt: new Date(String(createdAt)), id: String(id) };
  return domain.db.payment.findMany({
    where: {
      ...filter,
      ...(before && { OR: [{ createdAt: { lt: before.createdAt } }, { createdAt: before.createdAt, id: { lt: before.id } }] }),
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: page.limit + 1,
  });
}
